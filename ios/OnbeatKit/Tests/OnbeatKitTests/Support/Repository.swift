import Foundation

/// Where the project's files are.
enum Repository {
    static let root = (0..<6).reduce(URL(fileURLWithPath: #filePath)) { url, _ in url.deletingLastPathComponent() }

    /// What cargo built.
    static let programs = ProcessInfo.processInfo.environment["ONBEAT_PROGRAMS"].map { URL(fileURLWithPath: $0) }
        ?? root.appendingPathComponent("target/debug")

    static func file(_ path: String) throws -> Data {
        try Data(contentsOf: root.appendingPathComponent(path))
    }

    static func files(under folder: String, ending: String) -> [URL] {
        let all = FileManager.default.enumerator(at: root.appendingPathComponent(folder), includingPropertiesForKeys: nil)
        return (all?.allObjects as? [URL] ?? []).filter { $0.pathExtension == ending }
    }
}

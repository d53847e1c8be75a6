import Foundation

/// A value in a file of its own; none before it is written.
public struct KeptFile<Value: Codable>: Sendable {
    private let file: URL
    private let contents: @Sendable (URL) throws -> Data

    /// `contents` reads a file that is there.
    public init(_ file: URL, contents: @escaping @Sendable (URL) throws -> Data = { try Data(contentsOf: $0) }) {
        (self.file, self.contents) = (file, contents)
    }

    /// Throws where the file is there and can't be read, as before the first unlock. What makes no sense is none.
    public func read() throws -> Value? {
        guard FileManager.default.fileExists(atPath: file.path) else { return nil }
        let kept = try contents(file)
        return try? JSONDecoder().decode(Value.self, from: kept)
    }

    public func write(_ value: Value) throws {
        let folder = file.deletingLastPathComponent()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try JSONEncoder().encode(value).write(to: file, options: .atomic)
    }
}

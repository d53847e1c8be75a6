import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif
#if canImport(Glibc)
    import Glibc
#endif

/// A real `onbeat serve` on a demo's clock, in a folder of its own. It ends with the test.
final class Server {
    struct Failed: Error { let words: String }

    let address: String
    private let data: URL
    private let scratch: Scratch
    private let process = Process()
    private let end: End

    private static let binary = Repository.programs.appendingPathComponent("onbeat")
    /// What the tests are told by is no configuration of the server's.
    static let environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("ONBEAT_") }

    init(at: String) throws {
        scratch = try Scratch()
        data = scratch.url.appendingPathComponent("data")
        let said = Pipe()
        process.executableURL = Self.binary
        process.environment = Self.environment
        process.arguments = [
            "serve", "--data", data.path, "--listen", "127.0.0.1:0", "--demo", "--demo-clock", at,
        ]
        process.standardOutput = said
        process.standardError = FileHandle.nullDevice
        end = End(of: process)
        try process.run()
        address = try Self.addressSaid(said.fileHandleForReading)
    }

    deinit {
        // A worker of Dispatch blocks signals, and what it starts inherits that: SIGTERM would never arrive.
        kill(process.processIdentifier, SIGKILL)
        end.wait()
    }

    /// Imports what a text says, as an admin does with a file.
    func bring(_ kind: String, _ text: String, as ending: String) throws {
        let file = scratch.url.appendingPathComponent("\(kind).\(ending)")
        try Data(text.utf8).write(to: file)
        try command("import", kind, file.path)
    }

    /// A code for a new phone, or one that gives the key of a stream's database back.
    func link(of rep: String, recovering stream: String? = nil) throws -> String {
        struct Answer: Decodable { let link: String }
        let recover = stream.map { ["--recover", $0] } ?? []
        let answer = try Self.run(["enrol", rep, "--format", "json"] + recover + ["--data", data.path])
        return try JSONDecoder().decode(Answer.self, from: answer).link
    }

    /// `onbeat …` beside the server; its standard output.
    @discardableResult
    func command(_ arguments: String...) throws -> Data {
        try Self.run(arguments + ["--data", data.path])
    }

    /// Puts a document, as an admin does at the desk: what no import brings.
    @MainActor func put(_ document: String, _ json: [String: String]) async throws {
        _ = try await ask("PUT", "documents/\(document)", json, cookie: adminsCookie())
    }

    /// Enters leave.
    @MainActor func enterLeave(of rep: String, fromMs: Int64, toMs: Int64) async throws {
        struct Leave: Encodable {
            let rep: String
            let reason = "leave"
            let from_ms: Int64
            let to_ms: Int64
        }
        let leave = Leave(rep: rep, from_ms: fromMs, to_ms: toMs)
        _ = try await ask("POST", "exceptions", leave, cookie: adminsCookie())
    }

    @MainActor private func adminsCookie() async throws -> String? {
        struct Made: Decodable { let password: String }
        let admin = "admin-\(UUID().uuidString.prefix(8).lowercased())"
        let made = try command("user", "add", admin, "--role", "admin", "--format", "json")
        let password = try JSONDecoder().decode(Made.self, from: made).password
        let answer = try await ask("POST", "login", ["user": admin, "password": password])
        // A session keeps no cookie that is for TLS alone.
        return answer.value(forHTTPHeaderField: "Set-Cookie").map { String($0.prefix { $0 != ";" }) }
    }

    @MainActor private func ask(
        _ method: String, _ path: String, _ json: some Encodable, cookie: String? = nil
    ) async throws -> HTTPURLResponse {
        guard let url = URL(string: "\(address)/api/v1/\(path)") else { throw Failed(words: address) }
        var request = URLRequest(url: url)
        request.httpMethod = method
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        // As the desk's own page asks: with a cookie nothing is changed from elsewhere.
        request.setValue(address, forHTTPHeaderField: "Origin")
        request.setValue(cookie, forHTTPHeaderField: "Cookie")
        request.httpBody = try JSONEncoder().encode(json)
        let (answer, response) = try await URLSession(configuration: .ephemeral).data(for: request)
        guard let response = response as? HTTPURLResponse, (200..<300).contains(response.statusCode) else {
            throw Failed(words: String(decoding: answer, as: UTF8.self))
        }
        return response
    }

    /// `onbeat …` that needs no server.
    static func run(_ arguments: [String]) throws -> Data {
        let (command, out, errors) = (Process(), Pipe(), Pipe())
        command.executableURL = binary
        command.environment = environment
        command.arguments = arguments
        command.standardOutput = out
        command.standardError = errors
        let end = End(of: command)
        try command.run()
        let answer = out.fileHandleForReading.readDataToEndOfFile()
        let words = errors.fileHandleForReading.readDataToEndOfFile()
        end.wait()
        guard command.terminationStatus == 0 else {
            throw Failed(words: "\(arguments): \(String(decoding: answer + words, as: UTF8.self))")
        }
        return answer
    }

    /// Puts the demo's clock to an instant, over the server's socket.
    func setClock(_ atMs: Int64) throws {
        let socket = socket(AF_UNIX, streams, 0)
        defer { close(socket) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = Array(data.appendingPathComponent("onbeat.sock").path.utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(socket, $0, size) }
        }
        let line = Array(#"{"do":"clock_set","at_ms":\#(atMs)}"#.utf8) + [UInt8(ascii: "\n")]
        guard connected == 0, write(socket, line, line.count) == line.count else {
            throw Failed(words: "the server's socket does not take a command")
        }
        var answer = [UInt8](repeating: 0, count: 1024)
        let count = read(socket, &answer, answer.count)
        let said = String(decoding: answer.prefix(max(count, 0)), as: UTF8.self)
        guard said.contains(#""ok""#) else { throw Failed(words: said) }
    }

    private static func addressSaid(_ out: FileHandle) throws -> String {
        var said = ""
        while true {
            let more = out.availableData
            guard !more.isEmpty else { throw Failed(words: "the server ended: \(said)") }
            said += String(decoding: more, as: UTF8.self)
            let lines = said.components(separatedBy: "\n").dropLast()
            if let line = lines.first(where: { $0.contains("listening on ") }) {
                return line.components(separatedBy: "listening on ")[1]
            }
        }
    }
}

/// The end of a process. `waitUntilExit` turns the caller's run loop, which on Linux may miss an end that came before.
final class End: Sendable {
    private let came = DispatchSemaphore(value: 0)

    /// Of a process that does not run yet.
    init(of process: Process) {
        process.terminationHandler = { [came] _ in came.signal() }
    }

    func wait() {
        came.wait()
    }
}

#if canImport(Glibc)
    private let streams = Int32(SOCK_STREAM.rawValue)
#else
    private let streams = SOCK_STREAM
#endif

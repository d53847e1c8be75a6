import Foundation

/// The program `stage`: a real server around the phone, and a phone of Rust to compare with.
final class Stage {
    struct Refused: Error { let words: String }

    /// What the phone is enrolled by.
    private(set) var link = ""
    private let process = Process()
    private let commands = Pipe()
    private let answers = Pipe()
    private let end: End
    private var said = Data()

    init(script: URL, folder: URL) throws {
        process.executableURL = Repository.programs.appendingPathComponent("stage")
        process.environment = Server.environment
        process.arguments = ["--script", script.path, "--dir", folder.path]
        process.standardInput = commands
        process.standardOutput = answers
        end = End(of: process)
        try process.run()
        link = try answer().link ?? ""
    }

    deinit {
        try? commands.fileHandleForWriting.close()
        end.wait()
    }

    func setClock(_ atMs: Int64) throws {
        try ask(#"{"do":"clock","at_ms":\#(atMs)}"#)
    }

    /// Holds a phone's copy of its log against that of Rust, and has it verified.
    func check(export: URL) throws {
        try ask(#"{"do":"check","export":"\#(export.path)"}"#)
    }

    private func ask(_ command: String) throws {
        try commands.fileHandleForWriting.write(contentsOf: Data((command + "\n").utf8))
        _ = try answer()
    }

    private struct Answer: Decodable {
        struct Good: Decodable { let link: String? }
        struct Bad: Decodable { let message: String }
        let ok: Good?
        let error: Bad?
    }

    private func answer() throws -> Answer.Good {
        while !said.contains(UInt8(ascii: "\n")) {
            let more = answers.fileHandleForReading.availableData
            guard !more.isEmpty else { throw Refused(words: "the stage has ended: it says why above") }
            said += more
        }
        let line = said.prefix { $0 != UInt8(ascii: "\n") }
        said = Data(said.dropFirst(line.count + 1))
        let answer = try JSONDecoder().decode(Answer.self, from: line)
        guard let good = answer.ok else { throw Refused(words: answer.error?.message ?? "no answer") }
        return good
    }
}

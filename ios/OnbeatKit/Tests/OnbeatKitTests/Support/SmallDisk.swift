import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// A file system of 3 MB in memory, which only root may make, and only on Linux. It goes with the test.
final class SmallDisk {
    struct NotMade: Error {}

    static let canBeMade = (try? SmallDisk()) != nil

    let url: URL
    private let scratch: Scratch
    private var filling: URL { url.appendingPathComponent("full") }

    init() throws {
        scratch = try Scratch()
        url = scratch.url.appendingPathComponent("small")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        #if os(Linux)
            guard mount("none", url.path, "tmpfs", 0, "size=3m") == 0 else { throw NotMade() }
        #else
            throw NotMade()
        #endif
    }

    deinit {
        #if os(Linux)
            umount2(url.path, Int32(MNT_DETACH))
        #endif
    }

    /// Takes all the room that is left but for some.
    func fill(but bytes: Int) {
        let file = open(filling.path, O_WRONLY | O_CREAT, 0o600)
        defer { close(file) }
        let block = [UInt8](repeating: 0, count: 512)
        while write(file, block, block.count) > 0 {}
        ftruncate(file, lseek(file, 0, SEEK_CUR) - bytes)
    }

    func free() throws { try FileManager.default.removeItem(at: filling) }
}

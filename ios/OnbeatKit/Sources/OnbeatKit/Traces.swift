import OnbeatCore

/// What a platform shows of itself; on a device the file system, the loader and the kernel.
public protocol Openness {
    func exists(_ path: String) -> Bool
    /// Paths of the code that is loaded into this process.
    var images: [String] { get }
    /// Another process steps through this one.
    var isTraced: Bool { get }
    var isSimulator: Bool { get }
}

extension Openness {
    /// All that is seen now. What it is a sign of, and that nothing follows from it, is core's to say. Where to look is as
    /// of OWASP MASTG, <https://mas.owasp.org/MASTG/knowledge/>: jailbreak detection (MASTG-KNOW-0084), anti-debugging
    /// (0085), tools of reverse engineers (0087).
    public var traces: [Trace] {
        let all: [(Trace, Bool)] = [
            (.jailbreakFile, !isSimulator && freed.contains(where: exists)),
            (.hookLoaded, images.contains { image in hooks.contains { image.lowercased().contains($0) } }),
            (.debuggerAttached, isTraced),
            (.emulated, isSimulator),
        ]
        return all.filter(\.1).map(\.0)
    }
}

/// A simulator has the Mac's shell and daemons.
private let freed = [
    "/Applications/Cydia.app", "/Applications/Sileo.app", "/Applications/Zebra.app",
    "/Library/MobileSubstrate/MobileSubstrate.dylib", "/bin/bash", "/etc/apt", "/private/var/lib/apt",
    "/private/var/lib/cydia", "/private/var/stash", "/usr/sbin/frida-server", "/usr/sbin/sshd", "/var/jb",
]
private let hooks = ["frida", "substrate", "substitute", "ellekit", "libhooker", "cycript", "cynject"]

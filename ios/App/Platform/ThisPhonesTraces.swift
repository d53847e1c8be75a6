import Foundation
import MachO
import OnbeatKit

/// What this phone shows of itself.
struct ThisPhonesTraces: Openness {
    func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    var images: [String] {
        (0..<_dyld_image_count()).compactMap { _dyld_get_image_name($0).map { String(cString: $0) } }
    }

    /// As of Apple's Technical Q&A QA1361.
    var isTraced: Bool {
        var info = kinfo_proc()
        var size = MemoryLayout<kinfo_proc>.stride
        var name = [CTL_KERN, KERN_PROC, KERN_PROC_PID, getpid()]
        let answer = sysctl(&name, UInt32(name.count), &info, &size, nil, 0)
        return answer == 0 && info.kp_proc.p_flag & P_TRACED != 0
    }

    #if targetEnvironment(simulator)
        var isSimulator: Bool { true }
    #else
        var isSimulator: Bool { false }
    #endif
}

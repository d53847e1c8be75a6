// swift-tools-version: 6.0
import PackageDescription

// Core comes as a framework for Apple's platforms (ios/build-core), on Linux as the library that cargo built.
#if os(Linux)
    let core: [Target] = [
        .systemLibrary(name: "onbeat_coreFFI"),
        // Keys in software for the tests: Linux has no CryptoKit.
        .systemLibrary(name: "OpenSSL", path: "Tests/OpenSSL"),
    ]
    let softwareKeys: [Target.Dependency] = ["OpenSSL"]
#else
    let core: [Target] = [.binaryTarget(name: "onbeat_coreFFI", path: "OnbeatCore.xcframework")]
    let softwareKeys: [Target.Dependency] = []
#endif

let package = Package(
    name: "OnbeatKit",
    platforms: [.iOS(.v17), .macOS(.v14)],
    products: [.library(name: "OnbeatKit", targets: ["OnbeatKit", "OnbeatCore"])],
    targets: core + [
        // Written by uniffi-bindgen, in its way; `take` brings it.
        .target(name: "OnbeatCore", dependencies: ["onbeat_coreFFI"], swiftSettings: [.swiftLanguageMode(.v5)]),
        .target(name: "OnbeatKit", dependencies: ["OnbeatCore"]),
        .testTarget(name: "OnbeatKitTests", dependencies: ["OnbeatKit"] + softwareKeys),
    ]
)

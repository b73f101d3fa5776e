// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

// A package of its own: nothing of it goes into the suite, and the suite is measured as it is shipped.
let package = Package(
    name: "postern-benchmarks",
    targets: [
        .executableTarget(name: "floor", cSettings: [.unsafeFlags(["-O2", "-Wall", "-Wextra"])]),
        .executableTarget(name: "load", cSettings: [.unsafeFlags(["-O2", "-Wall", "-Wextra"])]),
        .executableTarget(name: "bench", swiftSettings: strict),
    ]
)

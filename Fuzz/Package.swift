// swift-tools-version: 6.2
import PackageDescription

// One executable for each parser. `make fuzz` builds and runs them; see Fuzz/README.md.

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    // libFuzzer has the main function.
    .unsafeFlags(["-parse-as-library"]),
]

let names = [
    "address-pattern", "admin", "attribute-list", "check", "configuration", "fact", "hello", "lookup", "mailbox",
    "network", "policy-action", "policy-request", "socketmap", "srs", "srs-secrets", "tcp-table",
]

let package = Package(
    name: "postern-fuzz",
    dependencies: [.package(name: "postern", path: "..")],
    targets: names.map { name in
        .executableTarget(
            name: "fuzz-\(name)", dependencies: [.product(name: "FuzzTargets", package: "postern")],
            path: "Sources/\(name)", swiftSettings: settings)
    }
)

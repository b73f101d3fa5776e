// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
    // Places where a test build can be killed on purpose; never in a release build.
    .define("FAULT_POINTS", .when(configuration: .debug)),
]

let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

/// A module of `Sources/`.
func module(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// A service: its library at `Services/NAME` and its daemon at `Services/NAME/Daemon`.
func service(_ name: String, library: String, _ dependencies: [Target.Dependency]) -> [Target] {
    [
        .target(
            name: library, dependencies: dependencies, path: "Services/\(name)", exclude: ["Daemon"],
            swiftSettings: strict),
        .executableTarget(
            name: "postern-\(name)", dependencies: [.target(name: library), "ServiceRuntime"],
            path: "Services/\(name)/Daemon", swiftSettings: strict),
    ]
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: strict)
}

let collections: Target.Dependency = .product(name: "DequeModule", package: "swift-collections")

/// What the library of a service with a store may import.
let serviceModules: [Target.Dependency] = [
    "Configuration", "MailTypes", "PostfixProtocol", "ServiceProtocol", logging,
]

/// What a test that starts the suite needs to be built.
let programs: [Target.Dependency] = [
    "postern", "postern-directory", "postern-frontend", "postern-greylist", "postern-reputation", "postern-srs",
    "postern-throttle",
]

/// Libraries and programs that only tests use.
let testSupport: [Target] = [
    .target(
        name: "SuiteFixture", dependencies: ["CPosternSupport", logging], path: "Tests/SuiteFixture",
        swiftSettings: strict),
    .target(
        name: "DatabaseFixture", dependencies: ["Configuration", "SQLStore", "SuiteFixture"],
        path: "Tests/DatabaseFixture", swiftSettings: strict),
    .target(
        name: "NameServerFixture", dependencies: ["SuiteFixture"], path: "Tests/NameServerFixture",
        swiftSettings: strict),
    .target(
        name: "DirectoryCases", dependencies: ["Directory", "MailTypes", "PostfixProtocol", "ServiceProtocol"],
        path: "Tests/DirectoryCases", swiftSettings: strict),
    .executableTarget(
        name: "StoreFaultProbe", dependencies: ["SQLStore"], path: "Tests/SQLStoreTests/StoreFaultProbe",
        swiftSettings: strict),
    .executableTarget(
        name: "SupervisorProbe",
        dependencies: ["CPosternSupport", "ServiceProtocol", "ServiceRuntime", "Supervisor", nioCore, nioPosix],
        path: "Tests/SupervisorTests/Probe", swiftSettings: strict),
    .target(
        name: "SimulationCore",
        dependencies: [
            "Frontend", "MailTypes", "PostfixProtocol", "ServiceProtocol", "ServiceTransport", collections, nioCore,
        ],
        path: "Tests/Simulation", swiftSettings: strict),
    .target(
        name: "FuzzTargets",
        dependencies: serviceModules + [
            "DNS", "Directory", "Frontend", "Greylist", "Reputation", "SPF", "SQLStore", "SRS", "Throttle", nioCore,
        ],
        path: "Tests/FuzzTargets", swiftSettings: strict),
    .target(
        name: "SRSForgeries", dependencies: ["MailTypes", "SRS"], path: "Tests/SRSForgeries", swiftSettings: strict),
    .executableTarget(
        name: "postern-forgeries", dependencies: ["SRSForgeries"], path: "Tests/ForgeryRunner", swiftSettings: strict),
    .executableTarget(
        name: "postern-simulation", dependencies: ["SimulationCore"], path: "Tests/SimulationRunner",
        swiftSettings: strict),
]

let package = Package(
    name: "postern",
    // For the fuzzers, a package of their own in Fuzz/.
    products: [.library(name: "FuzzTargets", targets: ["FuzzTargets"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    ],
    targets: [
        .systemLibrary(name: "CCares", pkgConfig: "libcares", providers: [.apt(["libc-ares-dev"])]),
        .systemLibrary(name: "CMariaDB", pkgConfig: "libmariadb", providers: [.apt(["libmariadb-dev"])]),
        .systemLibrary(name: "CPostgreSQL", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CCURL", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CIDN2", pkgConfig: "libidn2", providers: [.apt(["libidn2-dev"])]),
        .systemLibrary(name: "CLDAP", pkgConfig: "ldap", providers: [.apt(["libldap-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CSystemd", pkgConfig: "libsystemd", providers: [.apt(["libsystemd-dev"])]),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .target(name: "CCrypto", linkerSettings: [.linkedLibrary("crypto")]),
        .target(name: "CByteBlock"),
        .target(name: "CPosternSupport"),

        module("Configuration", ["CYAML"]),
        module("DNS", ["MailTypes"]),
        module("DNSClient", ["CCares", "CPosternSupport", "DNS"]),
        module("MailTypes", ["CIDN2"]),
        module("PostfixProtocol", ["CByteBlock", nioCore]),
        module("ServiceProtocol", ["CCrypto", "Configuration", "MailTypes", "PostfixProtocol", nioCore]),
        module(
            "ServiceTransport",
            ["CPosternSupport", "PostfixProtocol", "ServiceProtocol", collections, nioCore, nioPosix]),
        module(
            "ServiceRuntime",
            [
                "CPosternSupport", "CSystemd", "Configuration", "PostfixProtocol", "ServiceProtocol",
                "ServiceTransport", collections, logging, nioCore, nioPosix,
            ]),
        module("SPF", ["DNS", "MailTypes"]),
        module("LDAPClient", ["CLDAP", "Configuration"]),
        module("SQLStore", ["CCrypto", "CMariaDB", "CPostgreSQL", "CSQLite", "Configuration"]),
        module("SharedTables", ["SQLStore"]),
        module("Supervisor", ["CPosternSupport", "ServiceProtocol"]),
        .executableTarget(
            name: "postern",
            dependencies: [
                "CPosternSupport", "Configuration", "Directory", "Frontend", "Greylist", "PostfixProtocol",
                "Reputation", "SRS",
                "ServiceProtocol", "ServiceRuntime", "SharedTables", "SQLStore", "Supervisor", "Throttle", arguments,
                nioCore,
            ],
            swiftSettings: strict),
    ]
        + service(
            "frontend", library: "Frontend",
            [
                "Configuration", "MailTypes", "PostfixProtocol", "ServiceProtocol", "ServiceRuntime",
                "ServiceTransport", collections, logging, nioCore, nioPosix,
            ])
        + service("directory", library: "Directory", serviceModules + ["CCURL", "LDAPClient", "SQLStore"])
        + service("greylist", library: "Greylist", serviceModules + ["SQLStore"])
        + service("reputation", library: "Reputation", serviceModules + ["DNS", "DNSClient", "SPF", "SQLStore"])
        + service("srs", library: "SRS", serviceModules + ["CCrypto", "SQLStore"])
        + service("throttle", library: "Throttle", serviceModules + ["SQLStore", "SharedTables"])
        + testSupport
        + [
            tests("ConfigurationTests", ["Configuration", "SuiteFixture"]),
            tests("DNSTests", ["DNS", "MailTypes"]),
            tests("SPFTests", ["CYAML", "DNS", "MailTypes", "SPF"]),
            tests("MailTypesTests", ["MailTypes", "SuiteFixture"]),
            tests("PostfixProtocolTests", ["PostfixProtocol", "SuiteFixture", nioCore], exclude: ["Corpus"]),
            tests("ServiceProtocolTests", serviceModules + ["CCrypto", nioCore]),
            tests(
                "ServiceTransportTests",
                ["PostfixProtocol", "ServiceProtocol", "ServiceTransport", nioCore, nioEmbedded, nioPosix]),
            tests(
                "ServiceRuntimeTests",
                [
                    "CPosternSupport", "PostfixProtocol", "ServiceProtocol", "ServiceRuntime", "SuiteFixture",
                    "SupervisorProbe", logging,
                    nioCore, nioEmbedded, nioPosix,
                ]),
            tests("SuiteFixtureTests", ["SuiteFixture"]),
            tests("DatabaseTests", ["Configuration", "DatabaseFixture", "SQLStore", "SuiteFixture"]),
            tests("SQLStoreTests", ["SQLStore", "StoreFaultProbe", "SuiteFixture"], exclude: ["StoreFaultProbe"]),
            tests(
                "SupervisorTests",
                ["CPosternSupport", "ServiceProtocol", "SuiteFixture", "Supervisor", "SupervisorProbe"],
                exclude: ["Probe"]),
            tests(
                "FrontendTests",
                serviceModules + ["Frontend", "ServiceRuntime", "ServiceTransport", nioCore, nioEmbedded]),
            tests("ReputationTests", serviceModules + ["DNS", "DNSClient", "Reputation", "SPF"]),
            tests(
                "ReputationServiceTests",
                serviceModules + [
                    "DNS", "DNSClient", "DatabaseFixture", "NameServerFixture", "Reputation", "SQLStore",
                    "SuiteFixture",
                ] + programs),
            tests("DirectoryTests", serviceModules + ["Directory", "DirectoryCases", "Reputation", "SuiteFixture"]),
            tests(
                "DirectoryBackendTests",
                serviceModules + [
                    "DatabaseFixture", "Directory", "DirectoryCases", "LDAPClient", "SQLStore", "SuiteFixture",
                ]),
            tests("GreylistTests", serviceModules + ["Greylist", "SQLStore", "SuiteFixture"]),
            tests(
                "GreylistServiceTests", serviceModules + ["DatabaseFixture", "Greylist", "SQLStore", "SuiteFixture"]),
            tests("SRSTests", ["CCrypto", "MailTypes", "ServiceProtocol", "SQLStore", "SRS", "SRSForgeries"]),
            tests("SRSServiceTests", serviceModules + ["SQLStore", "SRS", "SuiteFixture"]),
            tests(
                "SRSDatabaseTests", serviceModules + ["DatabaseFixture", "SQLStore", "SRS", "SuiteFixture"]),
            tests(
                "ThrottleTests",
                serviceModules + ["DatabaseFixture", "SQLStore", "SharedTables", "SuiteFixture", "Throttle"]),
            tests("SimulationTests", ["SimulationCore"]),
            tests("FuzzTests", ["FuzzTargets"]),
            tests(
                "FaultTests",
                ["DatabaseFixture", "PostfixProtocol", "ServiceProtocol", "SQLStore", "SuiteFixture"] + programs),
            tests(
                "SuiteTests",
                ["DatabaseFixture", "PostfixProtocol", "ServiceProtocol", "SQLStore", "SuiteFixture"] + programs),
            tests("PostfixTests", ["SuiteFixture"] + programs),
            tests("SystemdTests", ["SuiteFixture"] + programs, exclude: ["boot"]),
        ]
)

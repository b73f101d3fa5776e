public import Configuration
internal import Glibc
public import MailTypes

/// The part of the configuration that all services share: the mapping `common`.
public struct CommonConfiguration: Sendable, ConfigurationDecodable, ConfigurationPrintable {
    /// Where log lines go.
    public enum LogDestination: String, Sendable, CaseIterable {
        /// The journal when started by systemd, else syslog, else stderr.
        case automatic = "auto"
        /// The systemd journal.
        case journal
        /// The syslog socket `/dev/log`.
        case syslog
        /// Standard error.
        case stderr
    }

    /// What is logged.
    public enum LogLevel: String, Sendable, CaseIterable {
        /// Every step.
        case debug
        /// One line per decision and what an administrator should know.
        case info
        /// What is wrong.
        case warning
        /// What failed.
        case error
    }

    /// The syslog facilities a mail system may be given, as in syslog(3).
    public enum LogFacility: String, Sendable, CaseIterable {
        /// What Postfix itself uses.
        case mail
        /// System services.
        case daemon
        /// User processes.
        case user
        /// Local use.
        case local0, local1, local2, local3, local4, local5, local6, local7
    }

    /// Where the services' sockets are; an absolute path.
    public var runtimeDirectory: String
    /// Where the services keep their state; an absolute path.
    public var stateDirectory: String
    /// This host's fully qualified name, lower-case.
    public var hostname: String
    /// Clients that are trusted like local ones.
    public var trustedNetworks: TrustedNetworks
    /// The entries `trustedNetworks` was made of.
    public var trustedNetworkEntries: [String]
    /// What separates a local part from its extension, as Postfix's `recipient_delimiter`.
    public var recipientDelimiters: RecipientDelimiters
    /// Where log lines go.
    public var logDestination: LogDestination
    /// What is logged.
    public var logLevel: LogLevel
    /// The syslog facility.
    public var logFacility: LogFacility

    /// Reads the mapping `common`; every key has a default.
    public init(from mapping: ConfigurationMapping) {
        let runtime = mapping.value("runtime-directory", default: "/run/postern", as: .absolutePath)
        let state = mapping.value("state-directory", default: "/var/lib/postern", as: .absolutePath)
        // `postern run` puts the services elsewhere without another file.
        runtimeDirectory = Self.environment(Self.runtimeDirectoryVariable) ?? runtime
        stateDirectory = Self.environment(Self.stateDirectoryVariable) ?? state
        if runtimeDirectory.utf8.count > Self.longestRuntimeDirectory {
            mapping.report(
                "runtime-directory",
                "\(runtimeDirectory) is too long: at most \(Self.longestRuntimeDirectory) bytes leave room for the "
                    + "names of the sockets in it")
        }
        hostname = mapping.value("hostname", default: Self.systemHostname, as: .domain)
        trustedNetworkEntries = mapping.strings("trusted-networks", default: [])
        do {
            trustedNetworks = try TrustedNetworks(trustedNetworkEntries)
        } catch {
            mapping.report("trusted-networks", "\(error)")
            trustedNetworks = .loopbackOnly
        }
        recipientDelimiters = RecipientDelimiters(mapping.strings("recipient-delimiters", default: ["+"]))
        let log = mapping.mapping("log")
        logDestination = log.choice("destination", of: LogDestination.self, default: .automatic)
        logLevel = log.choice("level", of: LogLevel.self, default: .info)
        logFacility = log.choice("facility", of: LogFacility.self, default: .mail)
    }

    /// The longest `runtime-directory` in bytes: the longest name in it must fit the path of a Unix socket.
    public static let longestRuntimeDirectory = SocketAddressText.longestPath - "/reputation-admin.sock".utf8.count

    /// The variable that stands above `runtime-directory`.
    public static let runtimeDirectoryVariable = "POSTERN_RUNTIME_DIR"
    /// The variable that stands above `state-directory`.
    public static let stateDirectoryVariable = "POSTERN_STATE_DIR"

    private static func environment(_ name: String) -> String? {
        guard let value = getenv(name).map({ String(cString: $0) }), value.hasPrefix("/") else { return nil }
        return value
    }

    /// The configuration with every key written out.
    public func normalised() -> ConfigurationNode {
        ConfigurationNode(mapping: [
            ("runtime-directory", ConfigurationNode(runtimeDirectory)),
            ("state-directory", ConfigurationNode(stateDirectory)),
            ("hostname", ConfigurationNode(hostname)),
            ("trusted-networks", ConfigurationNode(trustedNetworkEntries)),
            ("recipient-delimiters", ConfigurationNode(recipientDelimiters.list)),
            (
                "log",
                ConfigurationNode(mapping: [
                    ("destination", ConfigurationNode(logDestination.rawValue)),
                    ("level", ConfigurationNode(logLevel.rawValue)),
                    ("facility", ConfigurationNode(logFacility.rawValue)),
                ])
            ),
        ])
    }

    /// The names of this host by which mail may reach it: the fully qualified one and the kernel's.
    public var hostnames: Set<String> {
        [hostname, Self.kernelHostname]
    }

    /// The kernel's host name, lower-case.
    public static var kernelHostname: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "localhost" }
        let name = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return name.isEmpty ? "localhost" : name.lowercased()
    }

    /// The kernel's host name, completed by the resolver's canonical name when it has no dot (as `hostname -f`).
    private static var systemHostname: String {
        let kernel = kernelHostname
        guard !kernel.contains(".") else { return kernel }
        var hints = addrinfo()
        hints.ai_flags = AI_CANONNAME
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(kernel, nil, &hints, &list) == 0, let list else { return kernel }
        defer { freeaddrinfo(list) }
        guard let name = list.pointee.ai_canonname.map({ String(cString: $0) }), name.contains(".") else {
            return kernel
        }
        return Domain(parsing: name)?.text ?? kernel
    }
}

extension ConfigurationReading where Value == String {
    /// A path from the root.
    public static var absolutePath: ConfigurationReading<String> {
        .parsed("an absolute path such as /var/lib/postern", placeholder: "/") { $0.hasPrefix("/") ? $0 : nil }
    }

    /// A domain name, in lower-case A-label form.
    public static var domain: ConfigurationReading<String> {
        .parsed("a domain name such as mx.example.com", placeholder: "localhost") { Domain(parsing: $0)?.text }
    }
}

/// The typed configuration of one service: the mapping of its name.
public protocol ServiceConfiguration: Sendable, ConfigurationPrintable {
    /// Asks the mapping for every key there is.
    init(from mapping: ConfigurationMapping, common: CommonConfiguration)
}

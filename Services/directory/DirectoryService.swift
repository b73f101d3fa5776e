public import Logging
internal import MailTypes
public import ServiceProtocol
internal import Synchronization

/// Provides the facts `local:DOMAIN` (`yes`, `no`) and `alias-target:DOMAIN` (the domain it stands for, or `none`), and
/// page by page the list of all mail domains as `local-domains:CURSOR`.
public final class DirectoryService: PolicyService {
    private let domains: Mutex<LocalDomains>
    private let log: Logger

    /// A service that answers from its configuration.
    public init(
        configuration: DirectoryConfiguration, common: CommonConfiguration, clock: ServiceClock = .system, log: Logger
    ) throws {
        domains = Mutex(configuration.domains(hostnames: common.hostnames))
        self.log = log
    }

    /// Takes another configuration; questions that come from now on are answered from it.
    public func apply(_ configuration: DirectoryConfiguration, common: CommonConfiguration) {
        let changed = configuration.domains(hostnames: common.hostnames)
        domains.withLock { $0 = changed }
        log.info("\(changed.all.count) mail domains")
    }

    /// The kind of fact that is a page of the list.
    private static let listKind = "local-domains"

    /// What the service says of itself.
    public var hello: Hello {
        Hello(service: "directory", provides: ["local", "alias-target", Self.listKind])
    }

    /// Answers what is about a domain in A-label form; everything else stays unknown.
    public func facts(_ request: FactRequest, reply: @escaping @Sendable (FactReply) -> Void) {
        let domains = domains.withLock { $0 }
        var values: [FactName: String] = [:]
        for name in request.names {
            if name.kind == Self.listKind {
                values[name] = domains.page(after: name.subject)
            } else if name.hasValidDomain {
                values[name] = Domain(parsing: name.subject).flatMap { Self.value(of: name.kind, $0, in: domains) }
            }
        }
        reply(FactReply(values: values))
    }

    private static func value(of kind: String, _ domain: Domain, in domains: LocalDomains) -> String? {
        switch kind {
        case "local": domains.contains(domain) ? "yes" : "no"
        case "alias-target": domains.aliasTarget(of: domain)?.text ?? "none"
        default: nil
        }
    }

    /// `list what=local-domains [after=DOMAIN]`; `set` and `delete` say where the settings are.
    public func administer(_ request: AdminRequest, reply: @escaping @Sendable (AdminReply) -> Void) {
        switch request.verb {
        case "list": list(request, reply)
        case "set", "delete":
            reply(
                .failed(
                    "nothing can be \(request.verb == "set" ? "set" : "deleted") here: the domains are the keys "
                        + "directory.local-domains, alias-domains and backup-mx-domains of the configuration"))
        default: reply(.failed("unknown verb \(request.verb)"))
        }
    }

    private func list(_ request: AdminRequest, _ reply: (AdminReply) -> Void) {
        guard request.arguments["what"] == "local-domains" else {
            return reply(.failed("list needs what=local-domains"))
        }
        let after = request.arguments["after"] ?? ""
        let rows = domains.withLock { $0 }.all.filter { $0.domain.text > after }
        let page = rows.prefix(AdminReply.maximumRows)
        reply(
            .done(
                columns: ["domain", "kind", "target"],
                rows: page.map { [$0.domain.text, $0.kind.rawValue, $0.target?.text ?? ""] },
                next: page.count < rows.count ? page.last?.domain.text : nil))
    }

    /// The number of domains of each kind.
    public func statistics() -> [(name: String, value: String)] {
        let all = domains.withLock { $0 }.all
        return LocalDomains.Kind.allCases.map { kind in
            ("\(kind.rawValue)-domains", "\(all.count { $0.kind == kind })")
        }
    }
}

public import NIOCore
public import PostfixProtocol

/// What a service says of itself when a client opens a connection.
///
/// An endpoint is up only after this answer: connecting proves nothing, since the socket belongs to systemd.
public struct Hello: Sendable, Equatable {
    /// The service's name, for example `throttle`.
    public var service: String
    /// The version of its binary.
    public var version: String
    /// Tells this process from the one that takes its place; empty when the service does not say.
    public var process: String
    /// The checks it decides.
    public var checks: [String]
    /// Those of its checks that record.
    public var records: [String]
    /// Those of its recording checks that count, and so need a recording key.
    public var keyed: [String]
    /// The kinds of fact it provides.
    public var provides: [String]
    /// The cheap facts it wants attached to a request.
    public var wants: [FactWant]
    /// Postfix's attributes that its checks read; the others are not sent to it.
    public var reads: PolicyAttributeSet
    /// Whether END-OF-MESSAGE requests should carry the recipients accepted at RCPT.
    public var wantsRecipients: Bool
    /// Seconds between two runs of its timed work; nil when it has none. After the first run its own answer counts.
    public var upkeep: Int?

    /// A service's self-description; the runtime fills its version and its process in.
    public init(
        service: String, version: String = "", process: String = "", checks: [String] = [], records: [String] = [],
        keyed: [String] = [], provides: [String] = [], wants: [FactWant] = [], reads: PolicyAttributeSet = .all,
        wantsRecipients: Bool = false, upkeep: Int? = nil
    ) {
        self.service = service
        self.version = version
        self.process = process
        self.checks = checks
        self.records = records
        self.keyed = keyed
        self.provides = provides
        self.wants = wants
        self.reads = reads
        self.wantsRecipients = wantsRecipients
        self.upkeep = upkeep
    }

    /// Decodes a hello reply; unknown attributes are skipped, so that a newer minor version is understood.
    /// - Returns: nil when the service does not name itself, or a name stands twice.
    public init?(_ list: AttributeList) {
        guard list.hasDuplicateName == nil, let service = list.string("service"), !service.isEmpty else { return nil }
        func words(_ name: String) -> [String] {
            (list.string(name) ?? "").split(separator: " ").map(String.init)
        }
        let wanted = words("wants")
        self.init(
            service: service, version: list.string("version") ?? "", process: list.string("process") ?? "",
            checks: words("checks"), records: words("records"), keyed: words("keyed"), provides: words("provides"),
            wants: wanted.compactMap(FactWant.init(parsing:)),
            reads: list.string("reads") == nil ? .all : PolicyAttributeSet(names: words("reads")),
            wantsRecipients: wanted.contains("recipients"),
            upkeep: list.integer("upkeep").flatMap { UpkeepReply.intervals.contains($0) ? $0 : nil })
    }

    /// Appends the attributes of the reply, without the lines every reply begins with.
    public func encode(into buffer: inout ByteBuffer) {
        var wanted = wants.map(\.description)
        if wantsRecipients { wanted.append("recipients") }
        buffer.writeAttribute("service", service)
        buffer.writeAttribute("version", version)
        if !process.isEmpty { buffer.writeAttribute("process", process) }
        for (name, words) in [
            ("checks", checks), ("records", records), ("keyed", keyed), ("provides", provides), ("wants", wanted),
        ] {
            buffer.writeAttribute(name, words.joined(separator: " "))
        }
        if reads != .all { buffer.writeAttribute("reads", reads.names.joined(separator: " ")) }
        if let upkeep { buffer.writeAttribute("upkeep", upkeep) }
    }

    /// The request that asks for it, without the closing empty line.
    public static let request: ByteBuffer = {
        var buffer = ByteBuffer()
        buffer.writeAttribute("request", "hello")
        return buffer
    }()
}

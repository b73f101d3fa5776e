/// One program to run, and the sockets it is run for: what a .service unit and its .socket units describe.
public struct SupervisedService: Equatable, Sendable {
    /// The service's name in log lines and of its `NAME.pid` file.
    public var name: String
    /// The program's path; PATH is not searched.
    public var executable: String
    /// What follows the program's name on its command line.
    public var arguments: [String]
    /// Variables added to the supervisor's own, or replacing them.
    public var environment: [String: String]
    /// Its sockets, in the order the service gets them.
    public var sockets: [SupervisedSocket]
    /// Whether it is started at once and kept running, instead of at the first connection.
    public var startAtOnce: Bool

    /// A service.
    public init(
        name: String, executable: String, arguments: [String] = [], environment: [String: String] = [:],
        sockets: [SupervisedSocket], startAtOnce: Bool = false
    ) {
        self.name = name
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.sockets = sockets
        self.startAtOnce = startAtOnce
    }

    /// Refuses names that would break LISTEN_FDNAMES (sd_listen_fds(3)) or lead out of the runtime directory.
    func validate() throws(SupervisorError) {
        for name in [name] + sockets.map(\.name) {
            guard name.first != ".", !name.isEmpty, name.utf8.allSatisfy(Self.isNameByte) else {
                throw .malformedName(name)
            }
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "@"), UInt8(ascii: "-"): true
        default: false
        }
    }
}

import Configuration
import Directory
import Frontend
import Glibc
import Greylist
import Reputation
import SRS
import ServiceProtocol
import ServiceRuntime
import Throttle

/// The whole configuration file: what every service would read of it.
struct SuiteConfiguration {
    var common: CommonConfiguration
    var frontend: FrontendConfiguration
    /// The services' own parts, in the order they are printed.
    var parts: [(name: String, part: any ServiceConfiguration)]

    /// Reads the file and every part, so that all faults are told at once.
    ///
    /// - Parameter secrets: whether secret files are read; without the right to them, they can be left unread.
    init(_ options: ConfigurationOptions, secrets: SecretSource = .files) throws {
        options.exportDirectories()
        let document = try ConfigurationFile.load(path: options.config)
        self = try document.read(otherKeys: .refused, secrets: secrets) { root in
            SuiteConfiguration(root)
        }
    }

    private init(_ root: ConfigurationMapping) {
        common = CommonConfiguration(from: root.mapping("common"))
        frontend = FrontendConfiguration(from: root.mapping("frontend"), common: common)
        parts = [
            ("directory", DirectoryConfiguration(from: root.mapping("directory"), common: common)),
            ("greylist", GreylistConfiguration(from: root.mapping("greylist"), common: common)),
            ("throttle", ThrottleConfiguration(from: root.mapping("throttle"), common: common)),
            ("srs", SRSConfiguration(from: root.mapping("srs"), common: common)),
            ("reputation", ReputationConfiguration(from: root.mapping("reputation"), common: common)),
        ]
    }

    /// The file as it was understood, every key written out.
    func normalised() -> ConfigurationNode {
        let own: [(String, ConfigurationNode?)] = [
            ("common", common.normalised()), ("frontend", frontend.normalised()),
        ]
        return ConfigurationNode(mapping: own + parts.map { ($0.name, $0.part.normalised()) })
    }

    /// The path of a service's admin socket.
    static func adminSocket(_ service: String, _ common: CommonConfiguration) -> String {
        "\(common.runtimeDirectory)/\(service)-admin.sock"
    }

    /// What `postern run` calls the instance at one of a service's endpoints: NAME, NAME@2 and so on.
    static func instance(of service: String, at index: Int) -> String {
        index == 0 ? service : "\(service)@\(index + 1)"
    }

    /// The names by which the instances of a shipped service are asked, in the order of its endpoints.
    ///
    /// Units of systemd are called as their sockets are, whichever stands first. They are what runs when one of them is
    /// there that `postern run` would not have made.
    func instances(of service: EndpointConfiguration) -> [String] {
        let ofRun = service.endpoints.indices.map { Self.instance(of: service.name, at: $0) }
        let ofUnits = service.endpoints.map { Self.unit(at: $0) }
        let areNamed = ofUnits.allSatisfy { $0 == service.name || $0.hasPrefix("\(service.name)@") }
        let areThere = ofUnits.contains { name in
            !ofRun.contains(name) && access(Self.adminSocket(name, common), F_OK) == 0
        }
        return areNamed && areThere ? ofUnits : ofRun
    }

    /// The names by which everything that is configured is asked.
    var allInstances: [String] {
        let shipped = frontend.services.filter { EndpointConfiguration.shippedNames.contains($0.name) }
        return shipped.flatMap { instances(of: $0) } + ["frontend"]
    }

    /// The instance whose unit has this socket: `greylist@2` of greylist@2.sock.
    private static func unit(at path: String) -> String {
        let suffix = ".sock"
        let file = path.split(separator: "/").last.map { String($0) } ?? ""
        return file.hasSuffix(suffix) ? String(file.dropLast(suffix.count)) : file
    }
}

extension ConfigurationOptions {
    /// The common part alone, for commands that only need to know where the sockets are.
    func common() throws -> CommonConfiguration {
        exportDirectories()
        let document = try ConfigurationFile.load(path: config)
        return try document.read(otherKeys: .known(configurationKeys), secrets: .unread) { root in
            CommonConfiguration(from: root.mapping("common"))
        }
    }

    /// The directories of the command line stand above the file's, here and in the services that are started.
    func exportDirectories() {
        if let runtimeDir {
            setenv(CommonConfiguration.runtimeDirectoryVariable, FilePath.absolute(runtimeDir), 1)
        }
        if let stateDir { setenv(CommonConfiguration.stateDirectoryVariable, FilePath.absolute(stateDir), 1) }
    }
}

/// Paths as the shell means them.
enum FilePath {
    /// `path` from the root; a relative one is below the working directory.
    static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/") else { return path }
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        guard let directory = getcwd(&buffer, buffer.count) else { return path }
        return String(cString: directory) + "/" + path
    }

    /// The directory this program is in.
    static var ownDirectory: String {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let length = buffer.withUnsafeMutableBytes { bytes in
            bytes.baseAddress.map { readlink("/proc/self/exe", $0, bytes.count) } ?? -1
        }
        guard length > 0 else { return "/usr/lib/postern" }
        let path = String(decoding: buffer[..<length], as: UTF8.self)
        return path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    }
}

import Glibc
import ServiceProtocol
import SuiteFixture
import Testing

@testable import Supervisor

// Serialized: the umask belongs to the whole process.
@Suite(.serialized) struct ListeningSocketTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func socket(_ file: String, mode: UInt32 = 0o660, group: String? = nil) -> SupervisedSocket {
        let address = SocketAddressText.unix(path: "\(directory.path)/\(file)")
        return SupervisedSocket(name: "s", address: address, mode: mode, group: group, directoryMode: 0o750)
    }

    private func permissions(_ file: String) -> UInt32 {
        var information = stat()
        return lstat("\(directory.path)/\(file)", &information) == 0 ? information.st_mode & 0o7777 : 0
    }

    @Test func makesDirectoriesAndSetsPermissions() throws {
        let listening = try ListeningSocket(socket("a/b/s", mode: 0o660))
        defer { listening.remove() }
        #expect(permissions("a") == 0o755)
        #expect(permissions("a/b") == 0o750)
        #expect(permissions("a/b/s") == 0o660)
    }

    @Test func replacesWhatADeadListenerLeftBehind() throws {
        let dead = try ListeningSocket(socket("s"))
        close(dead.descriptor)
        let listening = try ListeningSocket(socket("s"))
        #expect(Client.ask("p", at: listening.address, awaitingReply: false) != nil)
        listening.remove()
        #expect(FileIdentity(path: "\(directory.path)/s") == nil)
    }

    @Test func leavesALiveListenerAlone() throws {
        let first = try ListeningSocket(socket("s"))
        defer { first.remove() }
        #expect(throws: SupervisorError.addressInUse(first.address)) { try ListeningSocket(socket("s")) }
        #expect(Client.ask("p", at: first.address, awaitingReply: false) != nil)
        #expect(SupervisorError.addressInUse(first.address).description.contains("unix:\(directory.path)/s"))
    }

    @Test func leavesOtherFilesAlone() throws {
        let path = "\(directory.path)/file"
        close(open(path, O_CREAT | O_WRONLY, 0o600))
        #expect(throws: SupervisorError.notASocket(path: path)) { try ListeningSocket(socket("file")) }
        #expect(FileIdentity(path: path) != nil)
    }

    @Test func removesOnlyItsOwnFile() throws {
        let first = try ListeningSocket(socket("s"))
        unlink("\(directory.path)/s")
        let second = try ListeningSocket(socket("s"))
        first.remove()
        #expect(FileIdentity(path: "\(directory.path)/s") != nil)
        second.remove()
    }

    @Test func namesATakenPort() throws {
        let (port, taken) = Client.takePort()
        defer { close(taken) }
        let address = SocketAddressText.ipv4("127.0.0.1", port: port)
        #expect(throws: SupervisorError.addressInUse(address)) {
            try ListeningSocket(SupervisedSocket(name: "s", address: address))
        }
    }

    @Test func refusesAnUnknownGroup() {
        #expect(throws: SupervisorError.unknownGroup("no-such-group")) {
            try ListeningSocket(socket("s", group: "no-such-group"))
        }
    }

    @Test func givesUpEverythingIfOneSocketFails() throws {
        let taken = try ListeningSocket(socket("taken"))
        defer { taken.remove() }
        let sockets = [socket("free"), socket("taken")]
        let service = SupervisedService(name: "a", executable: "/a", sockets: sockets)
        let settings = SupervisorSettings(runtimeDirectory: directory.path)
        #expect(throws: SupervisorError.addressInUse(taken.address)) {
            _ = try Supervisor(services: [service], settings: settings) { _ in }
        }
        #expect(FileIdentity(path: "\(directory.path)/free") == nil)
    }
}

import ServiceProtocol
import Testing

@testable import Supervisor

@Suite struct SupervisedServiceTests {
    private func service(_ name: String, socket: String = "s") -> SupervisedService {
        let address = SocketAddressText.unix(path: "/nonexistent/s")
        return SupervisedService(
            name: name, executable: "/a", sockets: [SupervisedSocket(name: socket, address: address)])
    }

    @Test(arguments: ["greylist", "greylist@2", "srs-forward", "a.b_c9"]) func accepts(name: String) throws {
        try service(name).validate()
        try service("x", socket: name).validate()
    }

    @Test(arguments: ["", ".", "..", "../x", "a/b", "a:b", "a b", "a\n", "ä", ".pid"]) func refuses(name: String) {
        #expect(throws: SupervisorError.malformedName(name)) { try service(name).validate() }
        #expect(throws: SupervisorError.malformedName(name)) { try service("x", socket: name).validate() }
    }

    @Test func refusesTwoOfOneName() {
        let services = [service("a"), service("a")]
        #expect(throws: SupervisorError.duplicateService("a")) {
            _ = try Supervisor(services: services, settings: SupervisorSettings(runtimeDirectory: "/tmp")) { _ in }
        }
    }
}

import Glibc
import SuiteFixture
import Testing

@testable import ServiceRuntime

@Suite(.serialized, .timeLimit(.minutes(1))) struct InheritedSocketsTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func listener(_ family: Int32, kind: __socket_type = SOCK_STREAM, isListening: Bool = true) throws -> Int32
    {
        let descriptor = socket(family, Int32(kind.rawValue | SOCK_CLOEXEC.rawValue), 0)
        if family == AF_UNIX {
            let address = try #require(UnixAddress(path: "\(directory.path)/s\(descriptor)"))
            #expect(address.withSocketAddress { bind(descriptor, $0, $1) } == 0)
        }
        // An internet socket without a name gets a port from the kernel: listen(2).
        if isListening { #expect(listen(descriptor, 1) == 0) }
        return descriptor
    }

    private func report(_ descriptors: [Int32], names: String) throws -> [String] {
        let output = directory.path + "/output"
        let probe = try #require(ProbeProcess(["inherited", output], descriptors: descriptors, names: names))
        #expect(probe.ended() == 0)
        for descriptor in descriptors { close(descriptor) }
        return contents(of: directory.path + "/output").split(separator: "\n").map(String.init)
    }

    @Test func takesAllWithTheirNames() throws {
        let descriptors = [try listener(AF_INET), try listener(AF_UNIX), try listener(AF_UNIX)]
        #expect(
            try report(descriptors, names: "policy:admin:policy") == [
                "policy 3 ipv4 true true", "admin 4 unix true true", "policy 5 unix true true", "left true 0",
            ])
    }

    @Test func takesIPv6() throws {
        let descriptor = socket(AF_INET6, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        // A container may have no IPv6.
        guard descriptor >= 0, listen(descriptor, 1) == 0 else { return }
        #expect(try report([dup(descriptor)], names: "six").first == "six 3 ipv6 true true")
    }

    @Test func findsNothingWhereNothingWasPassed() throws {
        #expect(try report([], names: "") == ["left true 0"])
    }

    @Test func refusesWhatIsNoListener() throws {
        let idle = [try listener(AF_UNIX, isListening: false)]
        let refusal = "is not a listening stream socket of IPv4, IPv6 or Unix"
        #expect(try report(idle, names: "a") == ["error inherited descriptor 3 (a) \(refusal)"])
    }

    @Test(arguments: [SOCK_DGRAM.rawValue, SOCK_SEQPACKET.rawValue]) func refusesOtherKinds(kind: UInt32) throws {
        let kind = __socket_type(rawValue: kind)
        let other = [try listener(AF_UNIX), try listener(AF_UNIX, kind: kind, isListening: kind == SOCK_SEQPACKET)]
        #expect(try report(other, names: "a:b").first?.hasPrefix("error inherited descriptor 4 (b)") == true)
    }

    @Test func refusesAFile() throws {
        let file = open("/dev/null", O_RDONLY | O_CLOEXEC)
        #expect(try report([file], names: "null").first?.hasPrefix("error inherited descriptor 3 (null)") == true)
    }
}

import Glibc
import NIOCore
import NIOPosix
import Testing

@testable import ServiceRuntime

@Suite(.timeLimit(.minutes(1))) struct PeerCredentialsTests {
    private func pair() -> [Int32] {
        var pair: [Int32] = [-1, -1]
        #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &pair) == 0)
        return pair
    }

    @Test func namesTheProcessAtTheOtherEnd() throws {
        let pair = pair()
        defer { for descriptor in pair { close(descriptor) } }
        let peer = try PeerCredentials(descriptor: pair[0])
        #expect(peer.process == getpid() && peer.user == geteuid() && peer.group == getegid())
    }

    @Test func failsForAFile() {
        let file = open("/dev/null", O_RDONLY | O_CLOEXEC)
        defer { close(file) }
        #expect(throws: SystemError("read the peer's credentials", code: ENOTSOCK)) {
            try PeerCredentials(descriptor: file)
        }
    }

    @Test func readsThoseOfAChannel() async throws {
        let pair = pair()
        defer { close(pair[1]) }
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .withConnectedSocket(pair[0]).get()
        let peer = try await PeerCredentials.of(channel).get()
        #expect(peer.process == getpid() && peer.user == geteuid() && peer.group == getegid())
        try await channel.close()
    }
}

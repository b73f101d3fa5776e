internal import Glibc
internal import SuiteFixture
internal import Synchronization

/// Stands between a client and a server over TCP. Once it is armed, it lets the next COMMIT through, waits for the
/// server's answer, and cuts the connection instead of handing that answer on.
public final class CommitCutter: Sendable {
    /// Where it listens, on the loopback address.
    public let port: Int
    private let upstream: Int
    private let listener: Int32
    private let isArmed = Atomic(false)
    private let cuts = Atomic(0)

    /// Listens, and serves one connection after the other on a thread of its own.
    public init(upstream: Int) throws {
        self.upstream = upstream
        (listener, port) = try listenOnLoopback()
        try inBackground { [self] in serve() }
    }

    /// Ends it.
    public func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
    }

    /// Lets the next COMMIT lose its answer.
    public func arm() {
        isArmed.store(true, ordering: .sequentiallyConsistent)
    }

    /// How many connections it has cut.
    public var cutConnections: Int { cuts.load(ordering: .sequentiallyConsistent) }

    private func serve() {
        while case let client = accept(listener, nil, nil), client >= 0 {
            if let server = try? connectToLoopback(port: upstream) {
                carry(client, server)
                close(server)
            }
            close(client)
        }
        close(listener)
    }

    private func carry(_ client: Int32, _ server: Int32) {
        var isCommitting = false
        while true {
            var entries = [
                pollfd(fd: client, events: Int16(POLLIN), revents: 0),
                .init(fd: server, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&entries, 2, -1) > 0 else { return }
            if entries[0].revents != 0 {
                guard let bytes = receive(client) else { return }
                isCommitting =
                    String(decoding: bytes, as: UTF8.self).contains("COMMIT")
                    && isArmed.exchange(false, ordering: .sequentiallyConsistent)
                send(bytes, to: server)
            }
            if entries[1].revents != 0 {
                guard let bytes = receive(server) else { return }
                if isCommitting {
                    cuts.add(1, ordering: .sequentiallyConsistent)
                    return
                }
                send(bytes, to: client)
            }
        }
    }

    private func receive(_ descriptor: Int32) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count > 0 ? Array(buffer.prefix(count)) : nil
    }

    private func send(_ bytes: [UInt8], to descriptor: Int32) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }
}

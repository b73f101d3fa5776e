internal import Glibc
internal import NIOCore
internal import ServiceRuntime

/// A daemon as all of them are, but for its role: it serves nothing, and its event loop hangs for good at SIGHUP.
final class Hanging: ProcessRole {
    private let eventLoop: any EventLoop

    private init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    static func run() -> Never {
        ServiceProcess.run("probe") { Hanging(eventLoop: $0.eventLoop) }
    }

    func start(_ sockets: [InheritedSocket]) throws -> EventLoopFuture<Void> {
        eventLoop.makeSucceededVoidFuture()
    }

    func reload() throws {
        while true { pause() }
    }

    func drain(completion: @escaping () -> Void) {
        completion()
    }
}

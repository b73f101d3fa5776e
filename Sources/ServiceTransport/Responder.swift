public import NIOCore
internal import PostfixProtocol
internal import Synchronization

/// Where one reply goes; may be used from any thread, once.
public struct Responder: Sendable {
    let outbox: ReplyOutbox
    let connection: UInt64
    /// The request's `id`; nil when Postfix itself asks, which gets no lines of ours.
    let id: String?

    /// Sends the reply that `encode` writes, without its first lines and without the closing empty line.
    public func send(_ encode: (inout ByteBuffer) -> Void) {
        var message = ByteBuffer()
        message.reserveCapacity(256)
        if let id {
            message.write(atMost: ByteWriter.space(of: id)) { writer in
                writer.write("protocol=1\n" as StaticString)
                writer.writeAttribute("id", id)
            }
        }
        encode(&message)
        message.writeEndOfMessage()
        outbox.put(connection: connection, message: message)
    }

    /// Sends nothing and closes the connection.
    public func hangUp() {
        outbox.put(connection: connection, message: nil)
    }
}

/// Carries replies from the threads that make them to the event loop, many in one wake-up.
final class ReplyOutbox: Sendable {
    typealias Item = (connection: UInt64, message: ByteBuffer?)

    private let items = Mutex<[Item]>([])
    private let eventLoop: any EventLoop
    private let deliver: NIOLoopBound<([Item]) -> Void>

    init(eventLoop: any EventLoop, deliver: @escaping ([Item]) -> Void) {
        self.eventLoop = eventLoop
        self.deliver = NIOLoopBound(deliver, eventLoop: eventLoop)
    }

    func put(connection: UInt64, message: ByteBuffer?) {
        let isFirst = items.withLock { items in
            items.append((connection, message))
            return items.count == 1
        }
        if isFirst { eventLoop.execute { self.drain() } }
    }

    /// Delivers what is there; on the event loop.
    func drain() {
        let taken = items.withLock { items in
            let taken = items
            items.removeAll(keepingCapacity: true)
            return taken
        }
        deliver.value(taken)
    }
}

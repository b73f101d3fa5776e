import DatabaseFixture
import Glibc
import Synchronization

@testable import SQLStore

/// A recording store on a database of its own, and what it says of its connection.
final class StoreBench<Server: DatabaseServer>: Sendable {
    typealias Handler = TallyHandler<Server.Connection>

    let server: Server
    let database: String
    let store: RecordingStore<Handler>
    private let hook: Hook
    private let said: Log

    /// What was told, in order.
    final class Log: Sendable {
        private let states = Mutex<[StoreState]>([])

        var all: [StoreState] { states.withLock { $0 } }
        func append(_ state: StoreState) { states.withLock { $0.append(state) } }
    }

    /// What happens while a batch is decided, set from outside.
    final class Hook: Sendable {
        private let body = Mutex<@Sendable ([String]) -> Void>({ _ in })

        func set(_ new: @escaping @Sendable ([String]) -> Void) { body.withLock { $0 = new } }
        func call(_ accounts: [String]) { body.withLock { $0 }(accounts) }
    }

    init(
        _ server: Server, limits: StoreLimits = StoreLimits(), prepare: (String) throws -> Void = { _ in },
        configure: (inout ServerConfiguration) -> Void = { _ in }
    )
        throws
    {
        self.server = server
        database = try server.makeDatabase()
        try prepare(database)
        var configuration = server.configuration(database)
        configure(&configuration)
        let settings = configuration
        let hook = Hook()
        let said = Log()
        self.said = said
        self.hook = hook
        var handler = Handler()
        handler.onDecide = { hook.call($0) }
        store = try RecordingStore(
            name: "bench", handler: handler, limits: limits, open: { try server.connect(settings) },
            onStateChange: { said.append($0) })
    }

    /// What the store has said of its connection.
    var states: [StoreState] { said.all }

    /// Lets `body` be called with the accounts of each batch.
    func onDecide(_ body: @escaping @Sendable ([String]) -> Void) {
        hook.set(body)
    }

    /// Asks and waits for the answer.
    func ask(_ operation: TallyOperation) async -> RecordingResult<String> {
        await withCheckedContinuation { continuation in
            let isTaken = store.submit(operation) { continuation.resume(returning: $0) }
            if !isTaken { continuation.resume(returning: .failed(SQLError(.other, "refused"))) }
        }
    }

    /// Asks again and again while there is no connection, for half a minute at most.
    func askUntilItWorks(_ operation: TallyOperation) async -> RecordingResult<String> {
        let end = StoreClock.system.monotonicMilliseconds() + 30_000
        while true {
            let result = await ask(operation)
            guard result.verdict == nil, StoreClock.system.monotonicMilliseconds() < end else { return result }
            usleep(20_000)
        }
    }

    /// An operation that is awaited for so long.
    func operation(_ number: Int, milliseconds: Int) -> TallyOperation {
        var operation = TallyOperation(number)
        operation.deadline = StoreClock.system.monotonicMilliseconds() + milliseconds
        return operation
    }
}

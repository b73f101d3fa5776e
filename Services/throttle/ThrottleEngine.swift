internal import SQLStore
internal import ServiceProtocol

/// A store on one of the engines.
protocol ThrottleEngine: Sendable {
    /// Decides a message and counts it.
    /// - Returns: False when too many wait already.
    func submit(
        _ operation: ThrottleOperation, completion: @escaping @Sendable (RecordingResult<ThrottleVerdict>) -> Void
    ) -> Bool
    /// Carries a management verb out.
    /// - Returns: False when too many jobs wait already.
    func run(_ command: ThrottleCommand, now: Int, completion: @escaping @Sendable (AdminReply) -> Void) -> Bool
    /// Finishes what was handed in and closes the database.
    func stop()
}

extension RecordingStore: ThrottleEngine where Handler: ThrottleVerbHandler {
    func run(_ command: ThrottleCommand, now: Int, completion: @escaping @Sendable (AdminReply) -> Void) -> Bool {
        performWithHandler(
            { connection, handler in try handler.carryOut(command, now: now, on: connection) },
            completion: { result in
                switch result {
                case .success(let reply): completion(reply)
                case .failure(let error): completion(.failed("the database refused it: \(error)"))
                }
            })
    }
}

import Foundation

/// The program that answers without looking; it may reckon for a while before each answer.
final class Floor {
    let port: Int
    private let program: Program

    /// Starts it and waits until it listens.
    /// - Parameter work: Microseconds of reckoning for each request.
    init(_ installation: Installation, work: Int = 0) throws {
        port = try LoopbackSocket.unusedPort()
        program = try Program(installation.floor, ["\(port)", "\(work)"], log: installation.log("floor"))
        do {
            let port = port
            try waiting(for: "the floor") { try? LoopbackSocket(port: port).close() }
        } catch {
            program.stop()
            throw error
        }
    }

    func stop() { program.stop() }

    /// Answers what another contender is asked; instead of a look-up, a policy request.
    func contender(_ load: Load) -> Contender {
        var other = load
        other.expected = ["DUNNO"]
        if other.kind == .lookup { other.kind = .client }
        return Contender(port: port, load: other, processes: { [program] in [program.pid] })
    }
}

internal import MailTypes
internal import SQLStore
internal import ServiceProtocol

extension DirectoryService {
    /// Enters pairs into users' white lists, unless they are in one of their lists already; the reply comes after the
    /// commit. What is there already is no error.
    func enter(
        _ entries: [OutboundWhitelisting.Entry], until deadline: MonotonicInstant,
        _ reply: @escaping @Sendable (SQLError?) -> Void
    ) {
        backends.lists.perform { [self] result in
            do {
                let connection = try result.get()
                // What nobody waits for any more must not be recorded.
                guard deadline > MonotonicInstant.now else {
                    reply(Self.tooLate)
                    return nil
                }
                let changes = try connection.transaction {
                    let changes = try AccessListTable(connection).welcome(
                        entries.map { ($0.account.text, $0.address.text) })
                    guard deadline > MonotonicInstant.now else { throw Self.tooLate }
                    return changes
                }
                if changes > 0 { board.forgetLists() }
                reply(nil)
                return nil
            } catch {
                let error = SQLError(of: error)
                reply(error)
                return error
            }
        }
    }
}

extension DirectoryService {
    fileprivate static let tooLate = SQLError(.timeout, "the deadline has passed")
}

extension SQLError {
    /// Any error as one of this type; the text of another type may hold values and is left out.
    init(of error: any Error) {
        self = error as? SQLError ?? SQLError(.other, "\(type(of: error))")
    }
}

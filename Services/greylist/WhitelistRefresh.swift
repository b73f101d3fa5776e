internal import MailTypes
internal import SQLStore
internal import ServiceProtocol

/// Where the refreshing of the whitelists stands.
enum WhitelistRefresh: Sendable, Equatable {
    /// The kind of fact that holds a domain's networks.
    static let factKind = "networks"

    /// All domains have been asked about.
    case over
    /// These facts are wanted next; the cursor says how far it has come.
    case goesOn([FactName], cursor: String)
}

extension GreylistStoreEngine {
    func refreshWhitelist(
        _ request: UpkeepRequest, reply: @escaping @Sendable (Result<WhitelistRefresh, SQLError>?) -> Void
    ) {
        let isTaken = store.performWithHandler(
            { _, handler in
                let store = try handler.opened()
                let next = try store.nextRefresh(after: request.cursor ?? "")
                let change = try store.connection.transaction {
                    var change = try store.storeNetworks(request.facts)
                    if next == .over, try store.unlistRemovedDomains() { change.hasChanged = true }
                    if change.hasChanged { try store.advanceRevision() }
                    return change
                }
                if change.hasChanged { try handler.showChanges() }
                handler.forgetClients(within: change.networks)
                return next
            },
            completion: { [alarm] result in
                if case .failure(let error) = result { alarm.failed(error) }
                reply(result)
            })
        if !isTaken { reply(nil) }
    }
}

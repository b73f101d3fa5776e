internal import MailTypes
internal import SQLStore

/// A walk through what is remembered, in portions: the clients within some networks are to be forgotten.
struct ForgettingWalk: Sendable, Equatable {
    /// What has been whitelisted.
    var networks: Set<Network>
    /// The token of the last row that was looked at.
    var position = ""

    /// Whether a client is to be forgotten.
    func covers(_ client: String) -> Bool {
        guard let address = IPAddress(parsing: client) else { return false }
        return networks.contains { $0.contains(address) }
    }
}

extension GreylistHandler {
    /// Forgets, portion by portion, what is remembered of clients in networks that have been whitelisted: there is no
    /// order of addresses in which they could be found. Where the walk ends before its time, their rows expire.
    mutating func forgetClients(within networks: [Network]) {
        guard !networks.isEmpty else { return }
        forgetting = ForgettingWalk(networks: Set(networks).union(forgetting?.networks ?? []))
    }

    /// Goes on by about `limit` rows. Outside any transaction.
    mutating func forgetFurther(limit: Int) throws {
        guard let walk = forgetting else { return }
        let store = try opened()
        let page = try store.tracking.page(client: nil, after: walk.position, limit: limit)
        let clients = Set(page.compactMap(\.row.first)).filter { walk.covers($0) }
        do {
            if !clients.isEmpty {
                try store.connection.transaction {
                    for client in clients.sorted() { try store.tracking.forget(client) }
                }
            }
            forgetting?.position = page.last?.token ?? ""
            if page.count < limit { forgetting = nil }
        } catch let error as SQLError where error.code == .busy {
            // Somebody is at work with one of these rows: the same portion comes once more.
        }
    }
}

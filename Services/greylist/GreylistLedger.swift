/// The stored state that one batch of attempts concerns, and what the batch makes of it. Decisions are made in memory
/// one after the other; each changed row is written once at the end.
struct GreylistLedger {
    private var clients: [String: PassedClient]
    private var triplets: [Triplet: WaitingTriplet]

    /// Clients whose row has changed.
    private(set) var changedClients: Set<String> = []
    /// Triplets whose row has changed.
    private(set) var changedTriplets: Set<Triplet> = []
    /// Clients that pass, each with the triplet by which it does. Their waiting triplets are all to be deleted, before
    /// changed ones are written.
    private(set) var passing: [String: Triplet] = [:]

    /// Takes what is stored of all clients and triplets of the batch.
    init(clients: [String: PassedClient], triplets: [Triplet: WaitingTriplet]) {
        self.clients = clients
        self.triplets = triplets
    }

    /// The row of a client as it is now.
    func client(_ client: String) -> PassedClient? { clients[client] }

    /// The row of a triplet as it is now.
    func triplet(_ triplet: Triplet) -> WaitingTriplet? { triplets[triplet] }

    /// Decides one attempt.
    mutating func decide(_ triplet: Triplet, timing: GreylistTiming, now: Int) -> GreylistDecision {
        let client = clients[triplet.client]
        let waiting = triplets[triplet]
        let step = timing.decide(client: client, triplet: waiting, now: now)
        if step.client != client {
            clients[triplet.client] = step.client
            changedClients.insert(triplet.client)
        }
        if step.clearsWaiting {
            pass(triplet)
        } else if step.triplet != waiting {
            triplets[triplet] = step.triplet
            changedTriplets.insert(triplet)
        }
        return step.decision
    }

    private mutating func pass(_ triplet: Triplet) {
        passing[triplet.client] = triplet
        triplets = triplets.filter { $0.key.client != triplet.client }
        changedTriplets = changedTriplets.filter { $0.client != triplet.client }
    }
}

internal import DNS
internal import DNSClient
internal import MailTypes
internal import SPF

/// Finds out the networks from which a domain sends.
struct NetworkCollector: Sendable {
    let client: DNSClient

    /// The networks; nil when the DNS failed.
    func networks(of domain: DNSName, deadline: Int, completion: @escaping @Sendable ([Network]?) -> Void) {
        var collection = SPFNetworks(of: domain)
        let step = collection.start()
        run(collection, step, deadline, completion)
    }

    private func run(
        _ collection: SPFNetworks, _ first: SPFNetworks.Step, _ deadline: Int,
        _ completion: @escaping @Sendable ([Network]?) -> Void
    ) {
        var collection = collection
        var step = first
        while case .ask(let question) = step, let reply = client.cached(question) {
            step = collection.receive(reply.answer)
        }
        switch step {
        case .done(let networks): completion(networks)
        case .failed: completion(nil)
        case .ask(let question):
            client.ask(question, deadline: deadline) { [collection] reply in
                var collection = collection
                let next = collection.receive(reply.answer)
                run(collection, next, deadline, completion)
            }
        }
    }
}

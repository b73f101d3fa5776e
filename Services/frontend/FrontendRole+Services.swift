internal import Logging
internal import NIOCore
internal import ServiceProtocol
internal import ServiceRuntime
internal import ServiceTransport

/// The services, and another configuration.
extension FrontendRole {
    /// Connections are opened at the first question, so that a service nobody asks is never started.
    func replaceClients(with services: [EndpointConfiguration]) {
        for service in services where clients[service.name]?.paths != service.endpoints {
            let old = clients[service.name]
            tally.prepare(service: service.name)
            let client = ServiceClient(
                name: service.name, paths: service.endpoints, eventLoop: eventLoop,
                deliver: { [unowned self] token, outcome in self.deliver(token, outcome) },
                note: { [unowned self] note in self.noted(note, of: service) })
            clients[service.name] = client
            old?.stop(successor: client)
        }
        let names = Set(services.map(\.name))
        for name in clients.keys.sorted() where !names.contains(name) { clients.removeValue(forKey: name)?.stop() }
    }

    private func noted(_ note: ServiceClientState.Note, of service: EndpointConfiguration) {
        note.log(service: service.name, paths: service.endpoints, to: environment.log)
        switch note {
        case .up(_, let hello): upkeep?.greeted(by: service.name, hello)
        case .breakerOpened: tally.breakerOpened(service: service.name)
        case .down, .refused, .breakerClosed: break
        }
    }

    func makeUpkeep(stateDirectory: String) -> UpkeepDriver {
        UpkeepDriver(
            eventLoop: eventLoop, log: environment.log, stateDirectory: stateDirectory,
            providers: engine.policies.providers,
            surroundings: UpkeepDriver.Surroundings(
                ask: { [unowned self] service, ask in self.ask(service, ask) },
                cancel: { [unowned self] service, token in self.clients[service]?.cancel(token: token) },
                isBusy: { [unowned self] in self.engine.inFlight >= self.configuration.maximumInFlight },
                learned: { [unowned self] domains in
                    self.takeLocality(LastKnownLocality(domains: domains, hostnames: self.engine.policies.hostnames))
                },
                count: { [unowned self] name in self.tally.count(name) }))
    }

    private func takeLocality(_ lastKnown: LastKnownLocality) {
        engine.lastKnown = lastKnown
        lookups.lastKnown = lastKnown
    }

    /// Takes a new configuration over, for open connections and those to come. Which listeners there are, what is
    /// spoken there and where they listen stays: the sockets were given to the process.
    public func reload() throws {
        let loaded = try LoadedConfiguration<FrontendConfiguration>(
            path: environment.configurationPath, service: "frontend")
        applyListeners(loaded.own)
        configuration = loaded.own
        engine.policies = loaded.own.policySet
        tally.prepare(engine.policies)
        engine.maximumInFlight = loaded.own.maximumInFlight
        engine.sessionLimits = loaded.own.sessionLimits
        lookups.maximumInFlight = loaded.own.maximumInFlight
        lookups.failureRule = loaded.own.lookupFailureRule
        for connection in connections.values { connection.apply(served) }
        takeLocality(LastKnownLocality(domains: engine.lastKnown.domains, hostnames: engine.policies.hostnames))
        replaceClients(with: loaded.own.services)
        upkeep?.apply(providers: engine.policies.providers, services: Set(loaded.own.services.map(\.name)))
        environment.apply(loaded.common)
        for warning in loaded.own.warnings { environment.log.warning("\(warning)") }
    }

    /// Says what of the listeners is not taken over.
    private func applyListeners(_ changed: FrontendConfiguration) {
        func warn(_ text: String) { environment.log.warning("frontend.listeners.\(text)") }
        served = served.map { listener in
            guard let other = changed.listeners.first(where: { $0.name == listener.name }) else {
                warn("\(listener.name) is no longer configured; it is served as before until the next start")
                return listener
            }
            let (reloaded, later) = listener.reloaded(as: other)
            for key in later { warn("\(listener.name).\(key) changes with the next start only") }
            return reloaded
        }
        let known = Set((served + configuration.listeners).map(\.name))
        for listener in changed.listeners where !known.contains(listener.name) {
            warn("\(listener.name) is served from the next start on")
        }
    }
}

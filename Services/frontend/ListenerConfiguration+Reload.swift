internal import ServiceProtocol

extension ListenerConfiguration {
    /// This listener, which is being served, by another configuration of it: another policy and other clients hold at
    /// once.
    ///
    /// - Returns: with it the keys of what changes with the next start only: the socket, and what is spoken on it, since
    ///   connections that are open would go on in the old way.
    func reloaded(as changed: ListenerConfiguration) -> (listener: ListenerConfiguration, later: [String]) {
        var listener = self
        var later: [String] = []
        switch (purpose, changed.purpose) {
        case (.policy, .policy): listener.purpose = changed.purpose
        case (.socketmap, .socketmap): break
        case (.tcpTable(let map), .tcpTable(let other)): if map != other { later.append("map") }
        default: later.append("protocol")
        }
        if addresses != changed.addresses { later.append("addresses") }
        if mode != changed.mode { later.append("mode") }
        if group != changed.group { later.append("group") }
        listener.allowFrom = changed.allowFrom
        listener.allowedClients = changed.allowedClients
        return (listener, later)
    }
}

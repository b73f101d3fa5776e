import SuiteFixture

extension Socket {
    /// The next reply of the policy protocol; nil when none comes or it is no reply.
    func receiveAction() -> String? {
        guard let reply = receive(through: "\n\n"), reply.hasPrefix("action=") else { return nil }
        return String(reply.dropFirst("action=".count).dropLast(2))
    }
}

extension Suite {
    /// The action for attributes, asked on a connection of its own; nil when there was no answer.
    func action(_ attributes: KeyValuePairs<String, String>) -> String? {
        PolicyClient(.tcp(policyPort), tries: 1).ask(PolicyClient.request(attributes))
    }

    /// A service's process; a test that needs it cannot go on without.
    func runningProcess(of service: String) throws -> Int32 {
        guard let process = process(of: service) else { throw FixtureError("\(service) does not run") }
        return process
    }
}

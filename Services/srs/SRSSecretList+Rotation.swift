/// Changing the secret in two steps: `add` on each host, so that all of them verify what the new secret signs, and then
/// `promote` on each host.
extension SRSSecretList {
    /// Adds a secret behind the others: it verifies, and does not sign yet. The first secret of all signs at once.
    public mutating func add(_ secret: SRSSecret) throws(Fault) {
        guard !secrets.contains(where: { $0.bytes == secret.bytes }) else {
            throw Fault(description: "this secret is there already: \(secret.fingerprint)")
        }
        secrets.append(secret)
    }

    /// Makes a secret the one that signs. The one that has signed goes on verifying for as long as the addresses are
    /// valid that it signs today, unless it has an end already.
    public mutating func promote(_ fingerprint: String, today: Int, validity: Int) throws(Fault) {
        let index = try place(of: fingerprint)
        guard secrets[index].isValid(on: today) else {
            throw Fault(description: "the secret \(fingerprint) has ended")
        }
        guard let old = secrets.firstIndex(where: { $0.isValid(on: today) }), old != index else {
            throw Fault(description: "the secret \(fingerprint) signs already")
        }
        secrets[old].lastDay = secrets[old].lastDay ?? today + validity
        var promoted = secrets.remove(at: index)
        promoted.lastDay = nil
        secrets.insert(promoted, at: 0)
    }

    /// Takes a secret away: what it has signed is no longer reversed.
    public mutating func remove(_ fingerprint: String, today: Int) throws(Fault) {
        let index = try place(of: fingerprint)
        guard secrets[index] != signing(on: today) else {
            throw Fault(description: "the secret \(fingerprint) signs; promote another one first")
        }
        secrets.remove(at: index)
    }

    /// The secret by its fingerprint, of which the beginning is enough if it is nobody else's.
    private func place(of fingerprint: String) throws(Fault) -> Int {
        let wanted = fingerprint.lowercased()
        let places = secrets.indices.filter { !wanted.isEmpty && secrets[$0].fingerprint.hasPrefix(wanted) }
        guard let place = places.first else {
            throw Fault(description: "no secret has the fingerprint \(fingerprint)")
        }
        guard places.count == 1 else {
            throw Fault(description: "\(places.count) secrets have a fingerprint that begins with \(fingerprint)")
        }
        return place
    }
}

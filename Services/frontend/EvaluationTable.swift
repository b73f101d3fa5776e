/// Numbered places for what is under way; a number is never mistaken for that of an earlier tenant.
///
/// A value, though its elements are objects: a copy shares each until one of the two changes it. The compiler cannot see
/// that, hence the unchecked conformance.
struct EvaluationTable<Element: Sendable>: @unchecked Sendable {
    /// 24 bits of place and 23 of generation, so that a token has 16 bits left for a question's index and its highest
    /// bit for the engine's mark.
    struct ID: Sendable, Hashable {
        let place: UInt32
        let generation: UInt32

        init(place: UInt32, generation: UInt32) {
            self.place = place
            self.generation = generation & Self.generationMask
        }

        init(token: UInt64) {
            self.init(
                place: UInt32(truncatingIfNeeded: token >> 16) & 0xff_ffff,
                generation: UInt32(truncatingIfNeeded: token >> 40))
        }

        func token(index: Int) -> UInt64 {
            UInt64(generation) << 40 | UInt64(place) << 16 | UInt64(truncatingIfNeeded: index) & 0xffff
        }

        static var generationMask: UInt32 { 0x7f_ffff }

        static func index(ofToken token: UInt64) -> Int { Int(token & 0xffff) }
    }

    /// An element in a place of its own, where it is changed: it is too large to be moved.
    final class Tenant {
        var element: Element

        init(_ element: consuming Element) {
            self.element = consume element
        }
    }

    private struct Place {
        var generation: UInt32
        var tenant: Tenant?

        /// A copy of the table has the same tenants until one of the two changes its own.
        mutating func makeTenantUnique() {
            guard !isKnownUniquelyReferenced(&tenant), let shared = tenant else { return }
            tenant = Tenant(shared.element)
        }
    }

    private var places: ContiguousArray<Place> = []
    private var free: [UInt32] = []
    private(set) var count = 0

    /// Gives the tenant a number. Nobody else may keep it.
    mutating func insert(_ tenant: consuming Tenant) -> ID {
        count += 1
        if let place = free.popLast() {
            places[Int(place)].tenant = tenant
            return ID(place: place, generation: places[Int(place)].generation)
        }
        places.append(Place(generation: 1, tenant: tenant))
        return ID(place: UInt32(places.count - 1), generation: 1)
    }

    /// Gives the element a number.
    mutating func insert(_ element: consuming Element) -> ID {
        insert(Tenant(element))
    }

    /// Changes the element in place; does nothing when its number is no longer valid.
    mutating func update(_ id: ID, _ change: (inout Element) -> Void) {
        guard holds(id) else { return }
        places[Int(id.place)].makeTenantUnique()
        if let tenant = places[Int(id.place)].tenant { change(&tenant.element) }
    }

    /// Removes the element and returns it where it is, to be looked at; nil when its number is no longer valid.
    mutating func take(_ id: ID) -> Tenant? {
        guard holds(id), let tenant = places[Int(id.place)].tenant.take() else { return nil }
        places[Int(id.place)].generation = (places[Int(id.place)].generation &+ 1) & ID.generationMask
        free.append(id.place)
        count -= 1
        return tenant
    }

    /// Removes the element and returns it; nil when its number is no longer valid.
    @discardableResult
    mutating func remove(_ id: ID) -> Element? { take(id)?.element }

    func contains(_ id: ID) -> Bool { holds(id) }

    private func holds(_ id: ID) -> Bool {
        Int(id.place) < places.count && places[Int(id.place)].generation == id.generation
    }
}

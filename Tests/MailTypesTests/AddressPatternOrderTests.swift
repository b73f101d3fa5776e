import MailTypes
import Testing

@Suite struct AddressPatternOrderTests {
    private func order(
        _ text: String, priority: Int? = nil, isAliasDerived: Bool = false, id: Int64 = 1
    ) throws -> AddressPatternOrder {
        let pattern = try #require(AddressPattern(parsing: text))
        return AddressPatternOrder(pattern, priority: priority, isAliasDerived: isAliasDerived, id: id)
    }

    @Test(arguments: [
        ("user@example.com", "user@*"), ("user@*", "192.0.2.1"), ("192.0.2.1", "192.0.2.*"),
        ("192.0.2.0/24", "@example.com"), ("@example.com", "@.example.com"), ("@.a.b.com", "@.b.com"),
        ("@.b.com", "@.com"), ("@.com", "@."), ("192.0.2.0/25", "192.0.2.*"), ("192.0.2.*", "192.0.0.0/16"),
        ("192.0.2.*", "192.0.*.*"), ("2001:db8:1::/48", "2001:db8::/32"), ("@ip", "@."),
    ])
    func comesBefore(first: String, second: String) throws {
        // The ids speak for the second entry.
        let orders = (try order(first, id: 2), try order(second, id: 1))
        #expect(orders.0 < orders.1)
        #expect(!(orders.1 < orders.0))
    }

    @Test func theStoredPriorityCounts() throws {
        #expect(try order("@.", priority: 100) < order("user@example.com", priority: 10))
    }

    @Test func theOriginalAddressComesBeforeItsAliasTarget() throws {
        let original = try order("@short.org", id: 9)
        let target = try order("@much-longer.org", isAliasDerived: true, id: 1)
        #expect(original < target)
        #expect(!(target < original))
        #expect(try order("@.a.b.com", isAliasDerived: true) < order("@.b.com"))
    }

    @Test func theLowestIdDecidesAtLast() throws {
        #expect(try order("@example.com", id: 1) < order("@example.com", id: 2))
        #expect(try !(order("@example.com", id: 2) < order("@example.com", id: 2)))
    }
}

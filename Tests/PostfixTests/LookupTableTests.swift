import Testing

extension WithPostfix {
    @Suite struct LookupTableTests {
        @Test(arguments: MailSystem.Tables.allCases)
        func postmapFindsAndDoesNotFind(tables: MailSystem.Tables) throws {
            let system = try MailSystem()
            let (forward, reverse) = MailSystem.tables(tables, system.suite)
            let senders = [
                "alice@foreign.example", "a+b=c@foreign.example", "per%cent@foreign.example", "o'neill@foreign.example",
            ]
            for sender in senders {
                let rewritten = system.postfix.postmap(sender, in: forward)
                #expect(rewritten.status == 0)
                #expect(rewritten.value.hasPrefix("SRS0="), "\(rewritten)")
                #expect(rewritten.value.hasSuffix("@\(PostfixWiring.srsDomain)"), "\(rewritten)")
                #expect(system.postfix.postmap(rewritten.value, in: reverse) == (0, sender))
                #expect(system.postfix.postmap(rewritten.value, in: forward) == (1, ""))
            }
            for key in ["bob@example.com", "\"\"", "nobody", "double-bounce@mx.test"] {
                #expect(system.postfix.postmap(key, in: forward) == (1, ""), "\(key)")
            }
            for key in ["alice@foreign.example", "SRS0=AAAA=AA=foreign.example=alice@\(PostfixWiring.srsDomain)"] {
                #expect(system.postfix.postmap(key, in: reverse) == (1, ""), "\(key)")
            }
        }
    }
}

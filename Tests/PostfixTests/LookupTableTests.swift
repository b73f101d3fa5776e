import Testing

extension WithPostfix {
    @Suite struct LookupTableTests {
        @Test(arguments: MailSystem.Tables.allCases)
        func postmapFindsAndDoesNotFind(tables: MailSystem.Tables) throws {
            let system = try MailSystem()
            let (forward, reverse) = system.tables(tables)
            let senders = [
                "alice@foreign.example", "a+b=c@foreign.example", "per%cent@foreign.example", "o'neill@foreign.example",
                "\"two words\"@foreign.example", "\"a@b\"@foreign.example",
                "\(String(repeating: "long-", count: 12))@foreign.example",
                "SRS0=abcd=EF=far.example=x@foreign.example",
            ]
            for sender in senders {
                let rewritten = system.postfix.postmap(sender, in: forward)
                #expect(rewritten.status == 0)
                #expect(rewritten.value.contains(/^"?SRS[01]=/), "\(rewritten)")
                #expect(rewritten.value.hasSuffix("@\(PostfixWiring.srsDomain)"), "\(rewritten)")
                #expect(system.postfix.postmap(rewritten.value, in: reverse) == (0, sender))
                // The second look-up of each result.
                #expect(system.postfix.postmap(rewritten.value, in: forward) == (1, ""))
                #expect(system.postfix.postmap(sender, in: reverse) == (1, ""))
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

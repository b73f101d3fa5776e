import LDAPClient
import Testing

@Suite struct LDAPSearchTests {
    @Test(
        arguments: [
            ("ida@green.test", "ida@green.test"), ("*)(mail=*", "\\2a\\29\\28mail\\3d\\2a"), ("a\\b", "a\\5cb"),
            ("\0", "\\00"), ("ü", "\\c3\\bc"), ("a b+c'd", "a\\20b\\2bc\\27d"),
        ])
    func escaping(_ value: String, _ escaped: String) {
        #expect(LDAPSearch.escape(value) == escaped)
    }
}

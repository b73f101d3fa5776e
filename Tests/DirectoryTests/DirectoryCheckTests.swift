import Testing

@testable import Directory

@Suite struct DirectoryCheckTests {
    @Test(arguments: DirectoryCheck.allCases)
    func eachIsFoundByItsName(_ check: DirectoryCheck) {
        #expect(DirectoryCheck(name: check.rawValue) == check)
        #expect(DirectoryCheck(name: check.rawValue.uppercased()) == nil)
        #expect(DirectoryCheck(name: String(check.rawValue.dropLast()) + "x") == nil)
        #expect(DirectoryCheck(name: check.rawValue + "x") == nil)
    }

    @Test(arguments: ["", "a", "whitelist-outbound-list", "greylist", "ä"])
    func othersAreNone(_ name: String) {
        #expect(DirectoryCheck(name: name) == nil)
    }
}

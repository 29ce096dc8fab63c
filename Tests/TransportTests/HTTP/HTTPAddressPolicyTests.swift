import Testing

@testable import Transport

@Suite("Address policy")
struct HTTPAddressPolicyTests {
    @Test(
        "Link-local, metadata and unusable addresses are refused whatever the setting, in any wrapping",
        arguments: [
            "169.254.169.254", "169.254.0.0", "169.254.255.255", "100.100.100.200", "168.63.129.16", "192.0.0.192",
            "0.0.0.0", "0.1.2.3", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
            "::", "fe80::1", "febf::1", "ff02::1", "fd00:ec2::254", "fd20:ce::254",
            "::ffff:169.254.169.254", "::ffff:0:169.254.169.254", "::169.254.169.254", "64:ff9b::169.254.169.254",
            "64:ff9b:1::169.254.169.254", "64:ff9b:1:a9fe:00a9:fe00::", "2002:a9fe:a9fe::1",
            "2001:0:4136:e378::5601:5601",
            "2001:0:a9fe:a9fe::", "::ffff:0.0.0.0", "::ffff:255.255.255.255", "2002:e000:0001::",
        ]
    )
    func alwaysRefused(_ text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(AddressPolicy(allowsPrivate: true).refusal(of: address) != nil)
        #expect(AddressPolicy(allowsPrivate: false).refusal(of: address) != nil)
    }

    @Test(
        "Private addresses and loopback are refused by setting",
        arguments: [
            "10.0.0.0", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.1.1", "127.0.0.1", "127.255.255.254",
            "100.64.0.1", "100.127.255.255", "198.18.0.1", "192.0.0.1", "::1", "fc00::1", "fdff::1", "fec0::1",
            "::ffff:127.0.0.1", "::ffff:10.1.2.3", "::10.1.2.3", "64:ff9b::192.168.0.1", "64:ff9b:1::8.8.8.8",
            "2002:7f00:0001::", "2002:0a00:0001::1",
        ]
    )
    func privateBySetting(_ text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(AddressPolicy(allowsPrivate: true).refusal(of: address) == nil)
        #expect(AddressPolicy(allowsPrivate: false).refusal(of: address) != nil)
    }

    @Test(
        "Public addresses are allowed, also right beside the refused ranges",
        arguments: [
            "1.0.0.0", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
            "128.0.0.1", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255", "198.20.0.0", "223.255.255.255", "2606:4700::1111", "fbff::1", "2003::1",
            "::ffff:8.8.8.8",
            "64:ff9b::8.8.8.8", "2002:0808:0808::1",
        ]
    )
    func allowed(_ text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(AddressPolicy(allowsPrivate: false).refusal(of: address) == nil)
    }

    @Test("The refusal names what the address is")
    func words() throws {
        let metadata = try #require(IPAddress("169.254.169.254"))
        #expect(AddressPolicy(allowsPrivate: true).refusal(of: metadata) == "is a link-local or metadata address")
    }

    @Test(
        "Only strict forms are addresses",
        arguments: ["", "localhost", "1.2.3", "0x7f.0.0.1", "2130706433", "1.2.3.256", "::g", "[::1", "1.2.3.4.5"]
    )
    func notAddresses(_ text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test("An address is written as it is read")
    func text() {
        #expect(IPAddress("127.0.0.1")?.description == "127.0.0.1")
        #expect(IPAddress("[FE80::1]")?.description == "fe80::1")
        #expect(IPAddress("fe80::1%eth0") == IPAddress("fe80::1"))
    }

    @Test("A socket address that is cut short or of another family is no address")
    func socketAddresses() {
        let short = [UInt8](repeating: 0, count: 4)
        short.withUnsafeBytes { bytes in
            #expect(IPAddress.socketAddress(bytes, family: 2) == nil)
            #expect(IPAddress.socketAddress(bytes, family: 1) == nil)
        }
    }
}

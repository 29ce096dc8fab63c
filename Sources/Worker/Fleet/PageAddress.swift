import HTTPServing
import Transport

/// Where people on other machines find a role's own page, as far as the role can know it.
enum PageAddress: Sendable, Equatable {
    /// There, for whoever may reach that address.
    case at(String)
    /// Nobody can say, and why not.
    case unknown(String)

    /// Of a role without a page, or one that says nothing of it.
    static let untold = PageAddress.unknown("it tells of no page")

    private static let longest = 300

    /// The address that a role may tell of itself.
    ///
    /// - Parameters:
    ///   - address: Where the admin port listens.
    ///   - port: Its number.
    ///   - names: By which it may be asked.
    ///   - hostName: The machine's name.
    ///   - interfaces: The machine's addresses.
    init(
        listeningOn address: String,
        port: UInt16,
        names: [String],
        hostName: String,
        interfaces: @autoclosure () -> [IPAddress] = NetworkInterfaces.addresses
    ) {
        guard !Self.isLoopback(address) else {
            self = .unknown("its page is for its own machine only")
            return
        }
        // Another name may be a service's, which stands for several roles.
        if let own = names.first(where: { Self.isName($0, of: hostName) }) {
            self = .at("http://\(own):\(port)/")
            return
        }
        guard ["0.0.0.0", "::"].contains(address) else {
            self = .at("\(WebRoot.url(address: address, port: port))/")
            return
        }
        let found = interfaces()
        guard let only = found.first, found.count == 1 else {
            self = .unknown("its machine has several addresses, and --admin-names does not name it")
            return
        }
        self = .at("\(WebRoot.url(address: only.description, port: port))/")
    }

    /// What another role has told, who may be anybody that can reach the broker: of an address no more than scheme, host and port are taken.
    init(told text: String?, reason: String?) {
        guard let text else {
            self = reason.map { .unknown($0.line(limit: 120)) } ?? .untold
            return
        }
        guard text.utf8.count <= Self.longest, let url = try? HTTPURL(text), ["http", "https"].contains(url.scheme),
            !url.host.isEmpty, url.host.utf8.count <= 253, url.host.allSatisfy(Self.isOfHost), url.port > 0
        else {
            self = .unknown("what it tells as its page is no address")
            return
        }
        self = .at("\(url.scheme)://\(url.host):\(url.port)/")
    }

    private static func isLoopback(_ address: String) -> Bool {
        switch IPAddress(address) {
        case .v4(let bits): bits >> 24 == 127
        case .v6(let bits): bits == 1
        case nil: address == "localhost"
        }
    }

    /// Whether a name is a machine's, with or without its domain.
    private static func isName(_ name: String, of machine: String) -> Bool {
        let (name, machine) = (name.lowercased(), machine.lowercased())
        return !machine.isEmpty && (name == machine || name.hasPrefix("\(machine)."))
    }

    private static func isOfHost(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || "-._:[]".contains(character))
    }
}

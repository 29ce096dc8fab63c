/// Where one connection leads to.
enum RedisAddress: Sendable, Hashable, CustomStringConvertible {
    case host(HostAddress)
    /// The path of a socket of this machine.
    case socket(String)

    var description: String {
        switch self {
        case .host(let address): "\(address)"
        case .socket(let path): path
        }
    }
}

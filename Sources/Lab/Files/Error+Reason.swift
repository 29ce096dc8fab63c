import Foundation

extension Error {
    /// The system's own reason, which Foundation has beneath its own.
    var reason: String {
        let beneath = (self as NSError).userInfo[NSUnderlyingErrorKey] as? any Error
        return (beneath ?? self).localizedDescription
    }
}

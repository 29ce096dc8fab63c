import Glibc

/// Keeps processes that share a folder of compiled models from reading what another one is writing.
///
/// Without a lock to be had the model is compiled all the same: OpenVINO makes anew what it cannot read.
struct ModelCacheLock: ~Copyable {
    private let descriptor: Int32

    /// Waits until nobody else has the lock of this model, but not for one who never gives it back.
    init(folder: String, model: String, patience: Duration = .seconds(120)) {
        let name = model.split(separator: "/").last.map(String.init) ?? "model"
        descriptor = open("\(folder)/\(name).lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        let end = ContinuousClock.now + patience
        while descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR, ContinuousClock.now < end else { return }
            usleep(20_000)
        }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }
}

import Glibc

/// Keeps processes that share a folder of compiled models from reading what another one is writing.
///
/// Without a lock to be had the model is compiled all the same: OpenVINO makes anew what it cannot read.
struct ModelCacheLock: ~Copyable {
    private let descriptor: Int32

    /// Waits until nobody else has the lock of this model.
    init(folder: String, model: String) {
        mkdir(folder, 0o700)
        let name = model.split(separator: "/").last.map(String.init) ?? "model"
        descriptor = open("\(folder)/\(name).lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return }
        while flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }
}

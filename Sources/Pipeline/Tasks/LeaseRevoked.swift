/// The task is somebody else's by now, or will come again.
struct LeaseRevoked: Error {}

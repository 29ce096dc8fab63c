// Shared by the test targets: servers, fixtures, clocks.

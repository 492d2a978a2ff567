internal import Dispatch

/// The right to have a large file in memory, for as long as it is read and decoded: few threads have it at a time, so
/// that memory does not grow with their number.
enum LargeFileTurn {
  /// Files of this many bytes need no turn.
  static let size: Int64 = 1 << 20

  private static let turns = DispatchSemaphore(value: 2)

  static func take() { turns.wait() }

  static func giveBack() { turns.signal() }
}

/// Removes runs of an asset that is held, so that each is whole or gone whenever it is interrupted.
package protocol RunRemoval {
  /// Takes a run out of sight.
  func hide(_ run: String) throws(TreeFault) -> HidingOutcome
  /// Makes durable what was hidden.
  func settle() throws(TreeFault)
  /// Brings a run back, as far as that is possible.
  func restore(_ run: String, from name: String)
  /// Removes what is out of sight.
  func remove(_ name: String) throws(TreeFault)
}

package enum HidingOutcome: Sendable {
  /// The run is out of sight, under this name.
  case hidden(String)
  /// There is more than the run's metadata in its place: these names.
  case holdsOthers([String])
  /// There is none.
  case absent
}

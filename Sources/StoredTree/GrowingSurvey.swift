package import LinuxSystem

/// A tree that is still being listed, for one who reads all of it: what is listed can be read meanwhile.
package protocol GrowingSurvey: Sendable {
  /// Waits until a stretch of this number is listed, whole as far as the order of the listing tells.
  ///
  /// - Returns: `false` where there is none: the listing has ended, or is good for no more stretches.
  func hasStretch(_ number: Int) -> Bool
  /// The names of a stretch that is listed, once only; in the order in which they were listed.
  func names(ofStretch number: Int) -> [String]
  /// A worker for one thread, which sees the names of the stretches that it was given.
  func makeSurveyor(_ readers: SharedReadership?) -> any StretchSurveyor
  /// Throws what the listing has failed with up to now: then nobody has a use for what is read of it.
  func requireGrowth() throws(StoreError)
  /// Lets those go who wait for a stretch, whatever comes.
  func stop()
  /// Waits for the end of the listing. Called again, it gives nothing more and throws.
  ///
  /// - Throws: what it failed with.
  func finish() throws(StoreError) -> GrownSurvey
}

/// What has become of a tree that was read while it was listed.
package struct GrownSurvey: Sendable {
  /// The whole tree as it was listed.
  package var survey: any TreeSurvey
  /// The names that were in no stretch, in the order of their bytes.
  package var unread: TreeStretches
  /// Names of which more was listed than when they were in a stretch: they are to be read again.
  package var grown: [String]

  package init(survey: any TreeSurvey, unread: TreeStretches, grown: [String]) {
    self.survey = survey
    self.unread = unread
    self.grown = grown
  }
}

/// How a tree can be read whole.
package enum TreeListing: Sendable {
  case whole(any TreeSurvey)
  case growing(any GrowingSurvey)
}

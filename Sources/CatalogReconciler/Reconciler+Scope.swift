internal import CatalogIndex
package import StoredTree

extension Reconciler {
  /// Some names that a question is about, and what looks at some names alone have cost since the last one at all of
  /// them.
  package struct Part: Sendable {
    /// Assets in a page of a listing: a page has a thousand files, and an asset about four.
    package static let usualAssetsOfPage = 250

    let scope: NameScope
    let spentPages: Int
    let assetsOfPage: Int

    package init(_ scope: NameScope, spentPages: Int = 0, assetsOfPage: Int = usualAssetsOfPage) {
      self.scope = scope
      self.spentPages = spentPages
      self.assetsOfPage = assetsOfPage
    }

    func pages(ofAssets count: Int) -> Int { max(1, (count + assetsOfPage - 1) / assetsOfPage) }

    /// The scope, if it takes no more than half of the pages that all of the tree would, less what was spent before. So
    /// looks at some names never cost more than a look at everything besides, however many there are; and where a tree
    /// is small, or most of it is asked for, all of it is up to date for hardly more.
    func scope(cheaperThanAllOf state: CatalogState, at location: IndexLocation) throws -> NameScope? {
      let all = pages(ofAssets: Int(clamping: state.added + state.changed + state.unchanged))
      let left = all - spentPages
      guard left > 1 else { return nil }
      let count = try KnownFolders.Reader(location).count(in: scope, atMost: left * assetsOfPage)
      return 2 * pages(ofAssets: count) <= left ? scope : nil
    }
  }

  /// Brings up to date what the index has of some names, where that is cheaper than to do so for all of them.
  ///
  /// What lies outside of the names is neither looked at nor touched, and the index as a whole remains as old as it
  /// was. An index that was never filled is filled; one that is damaged is rebuilt.
  ///
  /// - Returns: what was done; ``ReconcileReport/scopeStartedAt`` says when the names were true, unless all are.
  package func reconcile(only part: Part) throws -> ReconcileReport {
    let began = ContinuousClock.now
    do {
      return try reconcile(only: part, since: began)
    } catch let error as IndexError where error.code == .damaged {
      return try rebuild(curing: error.damage)
    }
  }
}

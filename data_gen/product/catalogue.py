"""Writes product/features and product/releases: what the product consists of, and since when."""

from __future__ import annotations

import numpy as np

from data_gen.arrays import Ints
from data_gen.clock import DAY, epoch
from data_gen.incidents import IncidentKind
from data_gen.plan import Plan
from data_gen.shapes.service import ProductWords
from data_gen.writer import Folder, flags, ids, labels, times

LETTERS = "ABCD"  # of a module's features
RELEASE_DAYS = (36, 92)  # from one release to the next
NEW_EVERY, NEW_DAYS = 4, 14  # every fourth feature comes out after the window opens, two weeks after the one before it
OLD_DAYS, OLD_STEP = 400, 9  # the others came out long before
BETA = (8, 3)  # every eighth feature is a beta


def feature_count(product: ProductWords) -> int:
    """The number of features."""
    return len(product.modules) * len(LETTERS)


def release_dates(plan: Plan) -> Ints:
    """When each version came out; the one that breaks with the planted bad release, or in the middle of the window."""
    product, release = plan.shape.product, plan.incident(IncidentKind.BAD_RELEASE)
    middle = epoch(release.start) if release else (plan.first + plan.window_end) // 2
    place = product.versions.index(product.broken_version)
    days = np.cumsum(np.append(0, plan.rng(14).integers(*RELEASE_DAYS, len(product.versions) - 1)))
    return middle + (days - days[place]) * DAY


def feature_releases(plan: Plan) -> Ints:
    """When each feature came out: every fourth after the window opens, the others long before."""
    n = np.arange(feature_count(plan.shape.product))
    is_new = n % NEW_EVERY == NEW_EVERY - 1
    return plan.first + np.where(is_new, n * NEW_DAYS, -OLD_DAYS - n * OLD_STEP) * DAY


def available(plan: Plan, feature: Ints, when: Ints) -> Ints:
    """The feature itself once it is out, until then its neighbour: nobody uses what is not there yet."""
    return np.where(feature_releases(plan)[feature] > when, feature - 1, feature)


def write_catalogue(plan: Plan, folder: Folder) -> None:
    """Write the features and releases that the files know."""
    product = plan.shape.product
    n = np.arange(feature_count(product))
    names = [f"{module.name} {module.noun} {letter}" for module in product.modules for letter in LETTERS]
    folder.write(
        "product/features",
        {
            "feature_id": ids("F", n + 1, 2),
            "feature_name": labels(names, n),
            "module": labels([module.name for module in product.modules], n // len(LETTERS)),
            "is_beta": flags(n % BETA[0] == BETA[1]),
            "released_at": times(feature_releases(plan)),
        },
        feature_releases(plan) < plan.cut,
    )
    when = release_dates(plan)
    keep = np.flatnonzero(when < plan.cut)
    is_broken = [version == product.broken_version for version in product.versions]
    notes = [product.broken_notes if broken else product.usual_notes for broken in is_broken]
    folder.write(
        "product/releases",
        {
            "version": labels(product.versions, keep),
            "released_at": times(when[keep]),
            "release_notes": labels(notes, keep),
        },
    )

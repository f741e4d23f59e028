"""Refusals of onboarding."""

from typing import ClassVar

from agrimarket.kernel.errors import Conflict, DomainError, Forbidden, Invalid, Kind, NotFound


class SeveralRegions(Invalid):
    """Several regions have that name; `details.candidates` lists them."""

    code: ClassVar[str] = "appeal.region_ambiguous"


class RegionUnsure(SeveralRegions):
    """No region has exactly that name; `details.candidates` lists those that may be meant."""

    code: ClassVar[str] = "appeal.region_unsure"


class RegionNotFound(Invalid):
    """No region has that name."""

    code: ClassVar[str] = "appeal.region_not_found"


class RegionTooWide(Invalid):
    """A whole province was given; `details.candidates` lists the regions in it."""

    code: ClassVar[str] = "appeal.region_too_wide"


class AppealClosed(Conflict):
    """The appeal is closed, so nothing can be added to it or removed from it."""

    code: ClassVar[str] = "appeal.closed"


class FormUnknown(NotFound):
    """The form does not exist, or not in that version."""

    code: ClassVar[str] = "form.unknown"


class StepUnknown(NotFound):
    """The form has no such step."""

    code: ClassVar[str] = "form.step_unknown"


class StepClosed(Conflict):
    """The step cannot be changed now; `details.open` names those that can."""

    code: ClassVar[str] = "application.step_closed"


class ApplicationChanged(DomainError):
    """The application was changed after the caller read it (412)."""

    code: ClassVar[str] = "version.stale"
    kind = Kind.PRECONDITION_FAILED


class OtherKindOpen(Conflict):
    """The person has an open application of another kind; `details` names it."""

    code: ClassVar[str] = "application.other_kind_open"


class FiledElsewhere(Conflict):
    """The farmer has an application that this agent did not file."""

    code: ClassVar[str] = "application.filed_elsewhere"


class AlreadySeller(Conflict):
    """The person has been approved already and needs no other application."""

    code: ClassVar[str] = "application.already_seller"


class ApplicationHeld(Conflict):
    """Another reviewer holds the application, until `details.until`."""

    code: ClassVar[str] = "application.held"


class ApplicationNotHeld(Conflict):
    """The caller's hold on the application has been lost or was never taken; nothing was changed."""

    code: ClassVar[str] = "application.not_held"


class AppealHeld(Conflict):
    """Another operator holds the appeal, until `details.until`."""

    code: ClassVar[str] = "appeal.held"


class AppealNotHeld(Conflict):
    """The caller's hold on the appeal has been lost or was never taken; nothing was changed."""

    code: ClassVar[str] = "appeal.not_held"


class AppealOver(Conflict):
    """The appeal has been closed or has become an application; no call is needed any more."""

    code: ClassVar[str] = "appeal.over"


class AppealNotReached(Conflict):
    """An operator begins an application for a farmer only after they have spoken."""

    code: ClassVar[str] = "appeal.not_reached_yet"


class OwnApplication(Forbidden):
    """The reviewer filed the application, and may not review it."""

    code: ClassVar[str] = "application.own"


class SameReviewer(Forbidden):
    """The reviewer rejected the application; the second review is for somebody else."""

    code: ClassVar[str] = "application.same_reviewer"


class NotRejected(Conflict):
    """The application was not rejected, and only a rejected one is reviewed a second time."""

    code: ClassVar[str] = "application.not_rejected"


class IdentityInUse(Conflict):
    """Another seller was approved with the same identity number."""

    code: ClassVar[str] = "application.identity_in_use"


class LimitTooHigh(Invalid):
    """The exposure limit is above what may be sold before full verification (`details.highest`)."""

    code: ClassVar[str] = "application.limit_too_high"


class DocumentUnreadable(DomainError):
    """The file is neither a photo nor a PDF that can be read (415)."""

    code: ClassVar[str] = "document.unreadable"
    kind = Kind.UNSUPPORTED


class DocumentLocked(DocumentUnreadable):
    """The PDF opens only with a password, or with a program of its own (415)."""

    code: ClassVar[str] = "document.locked"


class DocumentTooLarge(DomainError):
    """The file has more bytes than allowed, `details.megabytes` (413)."""

    code: ClassVar[str] = "document.too_large"
    kind = Kind.TOO_LARGE


class DocumentTooManyPixels(DocumentTooLarge):
    """The photo has more pixels than allowed, `details.megapixels` (413)."""

    code: ClassVar[str] = "document.too_many_pixels"


class DocumentTooManyPages(DocumentTooLarge):
    """The PDF has more pages than allowed, `details.pages` (413)."""

    code: ClassVar[str] = "document.too_many_pages"


class DocumentTooHeavy(DocumentTooLarge):
    """Opening the file takes more time or memory than there is for one (413)."""

    code: ClassVar[str] = "document.too_heavy"


class UploadTooLong(DomainError):
    """More is sent than `Upload-Length` told, `details.length` bytes (413)."""

    code: ClassVar[str] = "document.longer"
    kind = Kind.TOO_LARGE


class DocumentTwice(Conflict):
    """The application or appeal already has the same picture; `details.document_id` names it."""

    code: ClassVar[str] = "document.twice"


class DocumentsTooMany(Conflict):
    """The application or appeal has as many documents as allowed (`details.most`)."""

    code: ClassVar[str] = "document.too_many"


class UploadElsewhere(Conflict):
    """The upload continues at another offset, `details.offset`."""

    code: ClassVar[str] = "document.offset"


class UploadOver(Conflict):
    """The upload is complete, or was refused."""

    code: ClassVar[str] = "document.over"


class TusVersion(DomainError):
    """The client speaks another version of tus (412)."""

    code: ClassVar[str] = "document.tus_version"
    kind = Kind.PRECONDITION_FAILED


class MediaTypeNotOffset(DomainError):
    """The bytes of an upload came with another Content-Type (415)."""

    code: ClassVar[str] = "document.media_type"
    kind = Kind.UNSUPPORTED


class WeightUnclear(Invalid):
    """No column is the quantity, and one looks like a weight in a way that is not understood."""

    code: ClassVar[str] = "bulk.weight_unclear"


class TooManyRegions(Invalid):
    """The rows name more different regions than `rows.MAX_REGIONS`."""

    code: ClassVar[str] = "bulk.too_many_regions"


class NotACooperative(Forbidden):
    """The caller is not a cooperative or an enterprise that sells or applies to; only these file for members."""

    code: ClassVar[str] = "bulk.not_a_cooperative"


class NothingToLoad(Invalid):
    """The import has no row that could be loaded."""

    code: ClassVar[str] = "bulk.nothing_to_load"

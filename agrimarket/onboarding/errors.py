"""Refusals of `onboarding`."""

from typing import ClassVar

from agrimarket.kernel.errors import Conflict, DomainError, Forbidden, Invalid, Kind, NotFound


class RegionAmbiguous(Invalid):
    """Several regions are named like that; `details.candidates` lists them."""

    code: ClassVar[str] = "appeal.region_ambiguous"


class RegionNotFound(Invalid):
    """No region is named like that."""

    code: ClassVar[str] = "appeal.region_not_found"


class RegionTooWide(Invalid):
    """A whole province was given; `details.candidates` lists what is in it."""

    code: ClassVar[str] = "appeal.region_too_wide"


class AppealClosed(Conflict):
    """Help is no longer needed, so nothing is added to the appeal."""

    code: ClassVar[str] = "appeal.closed"


class FormUnknown(NotFound):
    """There is no such form, or not in that version."""

    code: ClassVar[str] = "form.unknown"


class StepUnknown(NotFound):
    """The form has no such step."""

    code: ClassVar[str] = "form.step_unknown"


class StepClosed(Conflict):
    """That step cannot be changed now; `details.open` names those that can."""

    code: ClassVar[str] = "application.step_closed"


class ApplicationChanged(DomainError):
    """It was changed after the caller read it (412)."""

    code: ClassVar[str] = "version.stale"
    kind = Kind.PRECONDITION_FAILED


class OtherKindOpen(Conflict):
    """The person has an open application of another kind; `details` names it."""

    code: ClassVar[str] = "application.other_kind_open"


class FiledElsewhere(Conflict):
    """The farmer has an application that this agent did not file."""

    code: ClassVar[str] = "application.filed_elsewhere"


class AlreadySeller(Conflict):
    """The person was approved before and needs no other application."""

    code: ClassVar[str] = "application.already_seller"


class ApplicationHeld(Conflict):
    """Another reviewer holds it, until `details.until`."""

    code: ClassVar[str] = "application.held"


class ApplicationNotHeld(Conflict):
    """The caller's claim has lapsed or was never made; nothing was changed."""

    code: ClassVar[str] = "application.not_held"


class AppealHeld(Conflict):
    """Another operator holds the appeal, until `details.until`."""

    code: ClassVar[str] = "appeal.held"


class AppealNotHeld(Conflict):
    """The caller's claim on the appeal has lapsed or was never made; nothing was changed."""

    code: ClassVar[str] = "appeal.not_held"


class AppealOver(Conflict):
    """The appeal has been closed or has become an application; nobody need call."""

    code: ClassVar[str] = "appeal.over"


class AppealNotReached(Conflict):
    """An operator begins an application for a farmer only after they have spoken."""

    code: ClassVar[str] = "appeal.not_reached_yet"


class OwnApplication(Forbidden):
    """Nobody reviews what they filed themselves."""

    code: ClassVar[str] = "application.own"


class SameReviewer(Forbidden):
    """A decision that was appealed is looked at by someone else."""

    code: ClassVar[str] = "application.same_reviewer"


class NotRejected(Conflict):
    """Only a rejected application is reviewed a second time."""

    code: ClassVar[str] = "application.not_rejected"


class IdentityInUse(Conflict):
    """Another seller was approved with the same identity number."""

    code: ClassVar[str] = "application.identity_in_use"


class LimitTooHigh(Invalid):
    """Above what may be sold before full verification."""

    code: ClassVar[str] = "application.limit_too_high"


class DocumentUnreadable(DomainError):
    """Neither a photo nor a PDF that can be read (415)."""

    code: ClassVar[str] = "document.unreadable"
    kind = Kind.UNSUPPORTED


class DocumentMisnamed(DomainError):
    """The name says one kind of file and the content is another (415)."""

    code: ClassVar[str] = "document.misnamed"
    kind = Kind.UNSUPPORTED


class DocumentTooLarge(DomainError):
    """More bytes, pixels or pages than are taken (413)."""

    code: ClassVar[str] = "document.too_large"
    kind = Kind.TOO_LARGE


class DocumentTwice(Conflict):
    """The same picture is here already; `details.document_id` names it."""

    code: ClassVar[str] = "document.twice"


class DocumentsTooMany(Conflict):
    """The application has as many as it may."""

    code: ClassVar[str] = "document.too_many"


class UploadElsewhere(Conflict):
    """The upload stands at another offset; `details.offset` says which."""

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

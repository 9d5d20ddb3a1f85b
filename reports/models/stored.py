"""Every file that was ever made, by the hash of its bytes."""

from __future__ import annotations

from django.db import models

from reports.models.report import Rendition, ReportVersion


class StoredFile(models.Model):
    """That these bytes were made of a version, whatever became of them: written before the bytes are, and never deleted, so
    that there are none on the disk without a row that names them, and whoever holds a copy can ask.
    """

    version = models.ForeignKey(ReportVersion, on_delete=models.PROTECT, related_name="+")
    edition = models.CharField(max_length=10, choices=Rendition.Edition.choices)
    stage = models.CharField(max_length=5, choices=Rendition.Stage.choices)
    sha256 = models.CharField("SHA-256 of the PDF", max_length=64, unique=True)
    made_at = models.DateTimeField()
    set_aside_at = models.DateTimeField(
        null=True, blank=True, help_text="When another took its place before anybody was given it. Empty: it counts."
    )

    class Meta:
        ordering = ["version", "pk"]
        constraints = [models.CheckConstraint(name="stored_file_has_hash", condition=~models.Q(sha256=""))]

    def __str__(self) -> str:
        public = ", public version" if self.edition == Rendition.Edition.PUBLIC else ""
        return f"{self.version}, {self.get_stage_display().lower()}{public}"

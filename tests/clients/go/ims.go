// The IMS packages of the SDK: every function of them, in one conversation.
//
//	ims       images from a server, its disks, files and backups; registered, exported, copied; their
//	          tags, members, quota and jobs
//	ims-fails what is refused, a job that fails, and a job that is waited for
package main

import (
	"fmt"
	"sort"

	golangsdk "github.com/opentelekomcloud/gophertelekomcloud"
	"github.com/opentelekomcloud/gophertelekomcloud/openstack"
	"github.com/opentelekomcloud/gophertelekomcloud/openstack/common/tags"
	v1images "github.com/opentelekomcloud/gophertelekomcloud/openstack/ims/v1/images"
	v1members "github.com/opentelekomcloud/gophertelekomcloud/openstack/ims/v1/members"
	"github.com/opentelekomcloud/gophertelekomcloud/openstack/ims/v1/others"
	v1tags "github.com/opentelekomcloud/gophertelekomcloud/openstack/ims/v1/tags"
	ims "github.com/opentelekomcloud/gophertelekomcloud/openstack/ims/v2/images"
	imsmembers "github.com/opentelekomcloud/gophertelekomcloud/openstack/ims/v2/members"
	imstags "github.com/opentelekomcloud/gophertelekomcloud/openstack/ims/v2/tags"
)

const (
	server = "aaaaaaaa-0000-4000-8000-000000000001"
	disk   = "aaaaaaaa-0000-4000-8000-000000000002"
	backup = "aaaaaaaa-0000-4000-8000-000000000003"
	linux  = "CentOS 7.0 64bit"
)

// v1 is the same client for the v1 paths.
func v1(client *golangsdk.ServiceClient) *golangsdk.ServiceClient {
	return must(openstack.NewIMSV1(client.ProviderClient, golangsdk.EndpointOpts{}))
}

// ended waits for a job, as the SDK does, and gives what it has made.
func ended(client *golangsdk.ServiceClient) func(*string, error) others.JobEntities {
	return func(job *string, err error) others.JobEntities {
		must(job, err)
		must(0, others.WaitForJob(client, *job, 10))
		shown := must(others.ShowJob(client, *job))
		say("job", nil, shown.JobType, shown.Status, shown.Entities.ImageName,
			shown.Entities.ProcessPercent, len(shown.Entities.Results),
			len(shown.Entities.SubJobsResult))
		return shown.Entities
	}
}

// tell prints what the SDK holds of the image of an id.
func tell(client *golangsdk.ServiceClient, id string) {
	found := must(ims.ListImages(client, ims.ListImagesOpts{Id: id}))
	for _, image := range found {
		say("image", nil, image.Name, image.Status, image.DiskFormat, image.MinDisk, image.OsType,
			image.OsVersion, image.Imagetype, image.VirtualEnvType, image.Tags, image.Description)
	}
}

func pairs(found []tags.ResourceTag) (told []string) {
	for _, tag := range found {
		told = append(told, tag.Key+"="+tag.Value)
	}
	sort.Strings(told)
	return told
}

func extensions(client *golangsdk.ServiceClient) {
	first := v1(client)
	made := ended(first)(ims.CreateImageFromECS(client, ims.CreateImageFromECSOpts{
		Name: "from a server", InstanceId: server, Description: "of a server",
		ImageTags: []tags.ResourceTag{{Key: "colour", Value: "blue"}}}))
	id := made.ImageId
	tell(client, id)
	ended(first)(ims.CreateImageFromDisk(client, ims.CreateImageFromDiskOpts{
		Name: "from a disk", VolumeId: disk, OsVersion: linux, Type: "ECS"}))
	ended(first)(ims.CreateImageFromOBS(client, ims.CreateImageFromOBSOpts{
		Name: "from a file", ImageUrl: "ims-image:centos.qcow2", MinDisk: 40, OsVersion: linux,
		Tags: []string{"colour.red"}}))
	ended(first)(ims.ImportImageQuick(client, ims.ImportImageQuickOpts{
		Name: "imported", ImageUrl: "ims-image:centos.zvhd2", MinDisk: 100, OsVersion: linux}))
	ended(first)(v1images.CreateDataImage(first, v1images.CreateDataImageOpts{
		Name: "data", ImageUrl: "ims-image:data.qcow2", MinDisk: 50, OsType: "Linux"}))
	ended(first)(v1images.CreateWholeImageFromECS(first, v1images.CreateWholeImageFromECSOpts{
		Name: "whole", InstanceId: server, VaultId: disk}))
	ended(first)(v1images.CreateWholeImageFromCBRorCSBS(first,
		v1images.CreateWholeImageFromCBRorCSBSOpts{
			Name: "of a backup", BackupId: backup, WholeImageType: "CBR"}))
	ended(first)(others.CopyImageInRegion(first, others.CopyImageInRegionOpts{
		ImageId: id, Name: "a copy"}))
	queued := create(client, "registered", false)
	ended(first)(v1images.RegisterImage(first, v1images.RegisterImageOpts{
		ImageId: queued, ImageUrl: "ims-image:raw.raw"}))
	ended(first)(v1images.ExportImage(first, v1images.ExportImageOpts{
		ImageId: id, BucketUrl: "ims-image:exported.qcow2", FileFormat: "qcow2"}))

	updated := must(ims.UpdateImage(client, id, []ims.UpdateImageOpts{
		{Op: "replace", Path: "/name", Value: "renamed"}}))
	say("updated", nil, updated.Name, updated.Status)
	whole := true
	for _, image := range must(ims.ListImages(client, ims.ListImagesOpts{WholeImage: &whole,
		SortKey: "name", SortDir: "asc"})) {
		say("whole image", nil, image.Name)
	}

	say("tag set", v1tags.CreateOrUpdateTags(first, v1tags.CreateOrUpdateTagsOpts{
		ImageId: id, Tag: "size.large"}))
	say("tag added", imstags.AddImageTag(client, imstags.AddImageTagOpts{
		ImageId: id, Tag: tags.ResourceTag{Key: "shape", Value: "round"}}))
	say("tags added", imstags.BatchAddOrDeleteTags(client, imstags.BatchAddOrDeleteTagsOpts{
		ImageId: id, Action: "create", Tags: []tags.ResourceTag{{Key: "colour", Value: "green"},
			{Key: "gone", Value: "soon"}}}))
	say("tags deleted", imstags.BatchAddOrDeleteTags(client, imstags.BatchAddOrDeleteTagsOpts{
		ImageId: id, Action: "delete", Tags: []tags.ResourceTag{{Key: "gone", Value: "soon"}}}))
	say("its tags", nil, pairs(must(imstags.ListImageTags(client, id))))
	byTag := must(imstags.ListImageByTags(client, imstags.ListImageByTagsOpts{Action: "filter",
		Tags: []tags.ListedTag{{Key: "colour", Values: []string{"green"}}}, Limit: "10", Offset: "0"}))
	say("found by tag", nil, byTag.TotalCount, byTag.Resources[0].ResourceName,
		byTag.Resources[0].ResourceDetail.Status, pairs(byTag.Resources[0].Tags))
	say("tag deleted", imstags.DeleteImageTag(client, imstags.DeleteImageTagOpts{
		ImageId: id, Key: "shape"}))
	for _, tag := range must(imstags.ListImagesTags(client)) {
		say("tag of the project", nil, tag.Key, tag.Values)
	}
	say("tags of images", nil, must(v1tags.ListTags(first, v1tags.ListTagsOpts{Id: id})))

	member := must(logIn("MEMBER_"))
	project := member.ProjectID
	ended(first)(v1members.BatchAddMembers(first, v1members.BatchMembersOpts{
		Images: []string{id}, Projects: []string{project}}))
	ended(v1(member))(v1members.BatchUpdateMembers(v1(member), v1members.BatchUpdateMembersOpts{
		Images: []string{id}, ProjectId: project, Status: "accepted"}))
	say("member", nil, must(imsmembers.GetMember(client, imsmembers.GetMemberOpts{
		ImageId: id, MemberId: project})).Status)
	say("members", nil, len(must(imsmembers.ListMembers(client, id)).Members))
	shared := must(ims.ListImages(member, ims.ListImagesOpts{ImageType: "shared"}))
	say("the member sees", nil, len(shared), shared[0].Name, shared[0].Imagetype)
	ended(first)(v1members.BatchDeleteMembers(first, v1members.BatchMembersOpts{
		Images: []string{id}, Projects: []string{project}}))
	quota, err := others.ShowImageQuota(first)
	say("quota", err, quota)
}

func extensionsFail(client *golangsdk.ServiceClient) {
	first := v1(client)
	_, err := ims.CreateImageFromECS(client, ims.CreateImageFromECSOpts{
		Name: "of nothing", InstanceId: nowhere})
	refused("no server", err)
	_, err = others.ShowJob(first, "0123456789abcdef0123456789abcdef")
	refused("no job", err)
	_, err = others.CopyImageInRegion(first, others.CopyImageInRegionOpts{
		ImageId: nowhere, Name: "a copy"})
	refused("no image", err)
	err = imstags.DeleteImageTag(client, imstags.DeleteImageTagOpts{
		ImageId: create(client, "disk", false), Key: "nothing"})
	refused("no tag", err)
	job := must(ims.CreateImageFromOBS(client, ims.CreateImageFromOBSOpts{
		Name: "bad", ImageUrl: "ims-image:centos.qcow2", MinDisk: 40, OsVersion: linux}))
	err = others.WaitForJob(first, *job, 10)
	fmt.Println("waited", err)
	shown := must(others.ShowJob(first, *job))
	say("failed", nil, shown.Status, shown.ErrorCode, shown.FailReason)
}

// refused prints the type of an error and the code in its body.
func refused(what string, err error) {
	switch found := err.(type) {
	case golangsdk.ErrDefault400:
		say(what, nil, "400", string(found.Body))
	case golangsdk.ErrDefault404:
		say(what, nil, "404", string(found.Body))
	default:
		say(what, err)
	}
}

// The same without care: no time-out, no look at statuses, no clean-up, one page of a list.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"time"
)

var token string

func ask(method, target, kind, body string) (http.Header, map[string]any) {
	request, _ := http.NewRequest(method, target, bytes.NewBufferString(body))
	request.Header.Set("Content-Type", kind)
	request.Header.Set("X-Auth-Token", token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	defer response.Body.Close()
	var found map[string]any
	json.NewDecoder(response.Body).Decode(&found)
	return response.Header, found
}

func main() {
	login := fmt.Sprintf(`{"auth": {"identity": {"methods": ["password"], "password": {"user": {
		"name": %q, "password": %q, "domain": {"name": %q}}}},
		"scope": {"project": {"name": %q, "domain": {"name": %q}}}}}`,
		os.Getenv("OS_USERNAME"), os.Getenv("OS_PASSWORD"), os.Getenv("OS_USER_DOMAIN_NAME"),
		os.Getenv("OS_PROJECT_NAME"), os.Getenv("OS_PROJECT_DOMAIN_NAME"))
	header, found := ask("POST", os.Getenv("OS_AUTH_URL")+"/auth/tokens", "application/json", login)
	token = header.Get("X-Subject-Token")
	images := ""
	for _, service := range found["token"].(map[string]any)["catalog"].([]any) {
		if service := service.(map[string]any); service["type"] == "image" {
			endpoint := service["endpoints"].([]any)[0].(map[string]any)
			images = endpoint["url"].(string) + "/v2/images"
		}
	}
	_, image := ask("POST", images, "application/json",
		`{"name": "disk", "disk_format": "raw", "container_format": "bare"}`)
	id := image["id"].(string)
	ask("PUT", images+"/"+id+"/file", "application/octet-stream", "the bytes of a disk")
	for image["status"] != "active" {
		_, image = ask("GET", images+"/"+id, "application/json", "")
		time.Sleep(200 * time.Millisecond)
	}
	_, page := ask("GET", images, "application/json", "")
	fmt.Println(len(page["images"].([]any)), "images")
}
